namespace Zab.Acceptance;

/// <summary>One system call that a traced server made. Times are of the wall clock, in seconds, as the tracer stamped the stops of that thread.</summary>
/// <param name="Name">Such as <c>fdatasync</c>.</param>
/// <param name="Target">The path of the file, or the socket with both its addresses, as <c>TCP:[127.0.0.1:1->127.0.0.1:2]</c>.</param>
/// <param name="Data">What was to be written or sent; empty where nothing is.</param>
/// <param name="Result">What it returned.</param>
/// <param name="Began">Before the kernel did anything.</param>
/// <param name="Ended">When it had returned.</param>
internal sealed record SystemCall(string Name, string Target, byte[] Data, long Result, double Began, double Ended)
{
    internal bool IsFlush => Name is "fsync" or "fdatasync" && Result == 0;

    internal bool IsWrite => Name == "pwrite64" && Result == Data.Length;

    internal bool IsSend => Name == "sendto" && Result > 0;
}
