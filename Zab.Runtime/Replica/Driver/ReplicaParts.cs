using System.Security.Cryptography;
using Zab.Core;
using Zab.Storage;
using Zab.Transport;

namespace Zab.Replica;

/// <summary>One step of the core.</summary>
internal delegate void StepFunction(Instant now, Input input, Outputs outputs);

/// <summary>The core, as the loop sees it.</summary>
internal sealed record PeerPart(StepFunction Step, Func<PeerPicture> Picture)
{
    internal static PeerPart Of(Peer peer) => new(
        peer.Step,
        () => new PeerPicture(peer.Role, peer.Leader, peer.Epoch, peer.Reason, peer.IsRecovering, peer.HardState, peer.LastLogged, peer.LastDurable, peer.LastCommitted, peer.HeardAt));
}

/// <summary>What a replica is put together from: the floors below it.</summary>
internal sealed record ReplicaParts
{
    /// <summary>Open, and the replica's from here on: it closes and disposes it.</summary>
    internal required IStore Store { get; init; }

    /// <summary>Made from what the store recovered.</summary>
    internal required PeerPart Peer { get; init; }

    /// <summary>Makes the transport, given where its inputs go.</summary>
    internal required Func<Action<Input>, ITransport> Transport { get; init; }

    internal required ISessionClock Sessions { get; init; }

    internal TimeProvider Time { get; init; } = TimeProvider.System;

    internal IStage Stage { get; init; } = ThreadStage.Instance;

    /// <summary>With the real core, begun from what the store recovered.</summary>
    internal static ReplicaParts For(ReplicaOptions options, ReplicatedClasses classes, IStore store, Func<Action<Input>, ITransport> transport, ISessionClock sessions)
    {
        IEnumerable<Member> members = options.Servers.Select(static server => new Member(server.Id, IsVoter: !server.IsObserver, default));
        var startList = new StartList(options.ServerId, new Ensemble(Zxid.None, members));
        ulong seed = BitConverter.ToUInt64(RandomNumberGenerator.GetBytes(sizeof(ulong)));
        var peer = new Peer(options.Peer, startList, store.Recovered, seed, classes.ValidateRequest);
        return new ReplicaParts { Store = store, Peer = PeerPart.Of(peer), Transport = transport, Sessions = sessions };
    }
}
