namespace Zab.Simulator.Explore;

/// <summary>What may happen to one server, whatever the others do.</summary>
internal enum LocalKind : byte
{
    /// <summary>The process begins, from what its disk holds.</summary>
    Start,

    /// <summary>The power goes. A: how many of the writes under way were done; B: how many entries of the next one, an append.</summary>
    Crash,

    /// <summary>The disk has done the next A writes.</summary>
    Write,

    /// <summary>What was read from the log or a snapshot for a learner is there.</summary>
    Answer,

    /// <summary>A: the channel; B: the message.</summary>
    Receive,

    /// <summary>A: the channel; B: the peer at the other end.</summary>
    ChannelUp,

    /// <summary>A: the channel.</summary>
    ChannelDown,

    /// <summary>B: the message of a server outside channels, and who sent it.</summary>
    PeerMessage,

    /// <summary>A: the server that is not there.</summary>
    Unreachable,

    /// <summary>The wait for a better vote is over.</summary>
    FinalizeWait,

    /// <summary>Votes are sent again.</summary>
    Resend,

    /// <summary>The sync limit passes in silence.</summary>
    Silence,

    /// <summary>A tick without time: a leader sends PINGs.</summary>
    Ping,

    /// <summary>A caller proposes. B: the number of the proposal.</summary>
    Submit,

    /// <summary>A caller asks for a linearizable read.</summary>
    Read,

    /// <summary>A snapshot of all that is applied is durable, and the log up to it may go.</summary>
    Snapshot,
}

/// <summary>One such event.</summary>
internal readonly record struct LocalAction(LocalKind Kind, int A = 0, int B = 0);

/// <summary>What a step of one server does outside of it.</summary>
internal enum EffectKind : byte
{
    /// <summary>A: the channel; B: the message.</summary>
    Send,

    /// <summary>A: the server; B: the message, as the input that it will be there.</summary>
    SendPeer,

    /// <summary>A: the leader; B: the name of the channel.</summary>
    Open,

    /// <summary>A: the channel.</summary>
    Close,

    /// <summary>A read may be served. A: the epoch, B: the counter to read at; or A = -1 where nothing could be confirmed.</summary>
    ReadReady,
}

internal readonly record struct Effect(EffectKind Kind, int A, int B);
