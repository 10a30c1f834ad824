namespace Zab.Acceptance;

/// <summary>What went over one connection, as it arrived.</summary>
internal sealed class Recording(uint dialer, uint dialed)
{
    internal uint Dialer => dialer;

    internal uint Dialed => dialed;

    internal MemoryStream FromDialer { get; } = new();

    internal MemoryStream FromDialed { get; } = new();
}
