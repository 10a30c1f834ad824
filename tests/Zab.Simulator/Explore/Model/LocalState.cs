using Zab.Core;

namespace Zab.Simulator.Explore;

/// <summary>What can be seen of one server from outside, for checks and for what may happen next.</summary>
internal sealed record Summary
{
    internal bool IsUp { get; init; }

    /// <summary>What its peer holds, durable or about to be; what its disk holds where it is down.</summary>
    internal required HistoryPath Logged { get; init; }

    internal required HistoryPath Durable { get; init; }

    /// <summary>What its peer knows to be committed; null where that is not a part of what it holds.</summary>
    internal required HistoryPath? Committed { get; init; }

    internal uint AcceptedOnDisk { get; init; }

    internal uint CurrentOnDisk { get; init; }

    /// <summary>How far it is as a leader; null where it is none.</summary>
    internal LeaderPhase? Leading { get; init; }

    /// <summary>The epoch that it proposes or leads.</summary>
    internal uint LeaderEpoch { get; init; }

    /// <summary>The place of the leader that it follows, or tries to; -1 where there is none.</summary>
    internal int Follows { get; init; } = -1;

    /// <summary>A leader that is established, or a learner that is up to date.</summary>
    internal bool IsServing { get; init; }

    internal bool IsLooking { get; init; }

    /// <summary>A quorum of votes waits for a better one, and for nothing else.</summary>
    internal bool IsWaiting { get; init; }

    internal ulong Round { get; init; }

    internal int WriteCount { get; init; }

    /// <summary>Of each write under way: how many entries it appends.</summary>
    internal IReadOnlyList<int> Appends { get; init; } = [];

    internal int AnswerCount { get; init; }

    internal bool CanSnapshot { get; init; }

    internal uint ChannelsMet { get; init; }

    internal static Summary Of(Server server, HistoryPaths paths)
    {
        Disk disk = server.Disk;
        HistoryPath durable = paths.At(disk.Base);
        foreach (Entry entry in disk.Log) durable = paths.Then(durable, entry.Point);
        var down = new Summary
        {
            Logged = durable, Durable = durable, Committed = paths.At(disk.Base), AcceptedOnDisk = disk.HardState.AcceptedEpoch, CurrentOnDisk = disk.HardState.CurrentEpoch,
        };
        if (server.Peer is not { } peer) return down;

        HistoryPath logged = PeerView.Logged(peer, paths);
        LeaderRole? leader = PeerView.LeaderOf(peer);
        return down with
        {
            IsUp = true, Logged = logged, Committed = logged.Through(peer.LastCommitted),
            Leading = leader?.Phase, LeaderEpoch = leader?.Epoch ?? 0, Follows = PeerView.LearnerOf(peer) is { } learner ? Setting.PlaceOf(learner.Leader) : -1,
            IsServing = peer.Role is Role.Leading or Role.Following or Role.Observing, IsLooking = PeerView.IsLooking(peer), IsWaiting = PeerView.IsWaiting(peer), Round = PeerView.RoundOf(peer),
            WriteCount = server.Writes.Count, Appends = [.. server.Writes.Select(static write => (write as Output.Append)?.Entries.Length ?? 0)], AnswerCount = server.AnswerCount,
            CanSnapshot = server.Applied > disk.Base.Zxid && server.Applied != disk.Snapshot?.Point.Zxid && server.Applied == peer.LastCommitted,
        };
    }
}

/// <summary>One server in its canonical form. There is one object for each content, so equal states are the same.</summary>
internal sealed class LocalState(int id, ulong hash, byte[] bytes, Summary summary)
{
    private readonly Lock _lock = new();
    private long[] _steps = [];     // Pairs of a key and a result; replaced as a whole when one is added.

    internal int Id => id;

    internal ulong Hash => hash;

    internal byte[] Bytes => bytes;

    internal Summary Summary => summary;

    internal int StepCount => _steps.Length / 2;

    /// <summary>What was found to follow, under this key; false where it was not tried yet.</summary>
    internal bool TryGetStep(long key, out long result)
    {
        long[] steps = Volatile.Read(ref _steps);
        for (int i = 0; i < steps.Length; i += 2)
        {
            if (steps[i] != key) continue;
            result = steps[i + 1];
            return true;
        }

        result = 0;
        return false;
    }

    internal void AddStep(long key, long result)
    {
        lock (_lock)
        {
            if (TryGetStep(key, out _)) return;
            Volatile.Write(ref _steps, [.. _steps, key, result]);
        }
    }
}
