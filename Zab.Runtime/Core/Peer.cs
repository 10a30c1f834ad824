namespace Zab.Core;

/// <summary>One server of an ensemble, as a pure state machine: the same inputs give the same outputs.</summary>
internal sealed class Peer
{
    internal Peer(PeerOptions options, StartList startList, RecoveredState recovered, ulong seed, RequestValidator validate) =>
        throw new NotImplementedException($"{options}{startList}{recovered}{seed}{validate}");

    internal Role Role { get; }

    internal ServerId? Leader { get; }

    /// <summary>The epoch of the leader that this server is or follows; 0 while looking.</summary>
    internal uint Epoch { get; }

    /// <summary>Why this server is not serving, for people; null where it is.</summary>
    internal string? Reason { get; }

    internal HardState HardState => throw new NotImplementedException();

    internal Zxid LastLogged { get; }

    internal Zxid LastDurable { get; }

    internal Zxid LastCommitted { get; }

    /// <summary>Takes one input. The only thing that changes a peer; called by one thread.</summary>
    /// <exception cref="InvariantException">A bug: this peer must not be used any more.</exception>
    internal void Step(Instant now, Input input, Outputs outputs) => throw new NotImplementedException();
}
