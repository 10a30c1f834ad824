namespace Zab.Simulator.Explore;

/// <summary>What may happen next in a world.</summary>
internal enum MoveKind : byte
{
    /// <summary>Something happens to one server alone. Server: whom; A: a <see cref="LocalKind"/>; B: how much of it.</summary>
    Local,

    /// <summary>A peer message arrives. Server: from whom; A: to whom; B: of which kind.</summary>
    Peer,

    /// <summary>A peer message does not arrive yet. As above.</summary>
    Delay,

    /// <summary>The next thing on a channel arrives. Server: at whom; A: the channel's place; B: 1 at the leader's end.</summary>
    Deliver,

    /// <summary>One end hears that a broken channel is gone, and what was on its way is lost. As above.</summary>
    Lose,

    /// <summary>A channel breaks. A: its place.</summary>
    Break,

    /// <summary>Votes from and to a server are held up.</summary>
    Cut,

    /// <summary>They flow again.</summary>
    Heal,
}

internal readonly record struct Move(MoveKind Kind, byte Server, byte A, ushort B)
{
    internal static Move Local(LocalKind kind, int server, int amount = 0) => new(MoveKind.Local, (byte)server, (byte)kind, checked((ushort)amount));

    /// <summary>How far the disk came before a crash: so many writes, and so many entries of the next one.</summary>
    internal static int CrashAmount(int writes, int entries) => (writes << 8) | entries;

    internal static (int Writes, int Entries) Crashed(int amount) => (amount >> 8, amount & 0xFF);
}
