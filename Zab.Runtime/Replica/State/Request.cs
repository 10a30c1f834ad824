namespace Zab.Replica;

/// <summary>What a request asks of the state machine; the first byte of its payload.</summary>
internal enum RequestKind : byte
{
    /// <summary>Run a command, once.</summary>
    Command = 1,

    /// <summary>Open a session; its id is the zxid that this request gets.</summary>
    CreateSession = 2,

    /// <summary>End a session: its holder asks.</summary>
    CloseSession = 3,

    /// <summary>End a session: the leader has not heard of it for its timeout. Nobody else may propose this.</summary>
    ExpireSession = 4,

    /// <summary>Give up on a number: it takes its place unless the command came first, so that the numbers after it can run.</summary>
    Fill = 5,

    /// <summary>From here on a replicated class is part of the state, empty.</summary>
    AddClass = 6,
}

/// <summary>A decoded request; which members mean something, its kind says. Points into the payload that it was decoded from.</summary>
internal readonly ref struct Request
{
    internal RequestKind Kind { get; init; }

    /// <summary>Command, CloseSession, ExpireSession, Fill.</summary>
    internal SessionId Session { get; init; }

    /// <summary>Of the session: Command, CreateSession, CloseSession, Fill.</summary>
    internal ulong Secret { get; init; }

    /// <summary>Command, Fill: the number within the session, from 1.</summary>
    internal ulong Number { get; init; }

    /// <summary>Command, Fill: the caller has the answers up to here, and asks for none of them again. Always less than <see cref="Number"/>.</summary>
    internal ulong AnsweredThrough { get; init; }

    /// <summary>Command, AddClass.</summary>
    internal uint ClassId { get; init; }

    /// <summary>Command.</summary>
    internal uint CommandId { get; init; }

    /// <summary>Command: as its codec wrote them.</summary>
    internal ReadOnlySpan<byte> Arguments { get; init; }

    /// <summary>CreateSession: by which its maker knows it again.</summary>
    internal ulong Nonce { get; init; }

    /// <summary>CreateSession: the session ends when nothing was heard of it for so long. Positive.</summary>
    internal TimeSpan Timeout { get; init; }

    /// <summary>AddClass.</summary>
    internal string ClassName { get; init; }

    /// <summary>AddClass.</summary>
    internal ulong StateShape { get; init; }
}
