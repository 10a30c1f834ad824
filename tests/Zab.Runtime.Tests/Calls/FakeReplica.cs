using System.Buffers;
using Zab.Core;
using Zab.Replica;
using Zab.Tests.Replica;

namespace Zab.Tests.Calls;

/// <summary>A replica whose leader is the test: what was submitted waits until the test applies, refuses or loses it. Applied to the real state machine.</summary>
internal sealed class FakeReplica : IReplica
{
    private readonly long _start = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;
    private readonly IReplicaListener _listener;
    private readonly List<(Zxid Zxid, TaskCompletionSource Waiter)> _waiters = [];
    private HistoryPoint _last;

    internal FakeReplica(ReplicatedClasses classes, IReplicaListener listener)
    {
        _listener = listener;
        Machine = new StateMachine(Run.Cluster, classes);
    }

    internal StateMachine Machine { get; }

    /// <summary>What was handed on and is still on its way, in order.</summary>
    internal List<ProposalRequest> Pending { get; } = [];

    /// <summary>Every payload that was handed on.</summary>
    internal List<byte[]> Submitted { get; } = [];

    internal List<SessionId> Touched { get; } = [];

    /// <summary>Whether the replica's queue is full.</summary>
    internal bool IsFull { get; set; }

    /// <summary>Why every request is refused as soon as it comes; null where none is.</summary>
    internal string? Refuses { get; set; }

    internal uint Epoch { get; private set; } = 1;

    /// <summary>What a read index is answered with; null: nothing can be confirmed.</summary>
    internal Zxid? Index { get; set; }

    internal int IndexRounds { get; private set; }

    public ReplicaView View { get; private set; } = new(Role.Following, new ServerId(2), 1, null);

    public ReplicaStatus Status => new(View, new ServerId(1), Run.Cluster, IsRecovering: false, Epoch, Epoch, _last.Zxid, _last.Zxid, _last.Zxid, Machine.LastApplied) { Age = Age };

    internal TimeSpan? Age { get; set; }

    // ---- IReplica ----

    public bool TrySubmit(ProposalRequest request)
    {
        if (IsFull) return false;
        if (Refuses is { } reason) _listener.OnRefused(request.Tag, reason);
        else Pending.Add(request);
        Submitted.Add(request.Payload.ToArray());
        return true;
    }

    public async ValueTask<Zxid> ReadIndexAsync(CancellationToken cancellationToken)
    {
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        IndexRounds++;
        return Index ?? throw new NotExecutedException("no leader");
    }

    public async ValueTask WaitAppliedAsync(Zxid zxid, CancellationToken cancellationToken)
    {
        Task waited;
        lock (_waiters)
        {
            if (Machine.LastApplied >= zxid) return;
            var waiter = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((zxid, waiter));
            waited = waiter.Task;
        }

        await waited.WaitAsync(cancellationToken);
    }

    public ValueTask<Zxid> QueryAsync(uint classId, uint queryId, ReadOnlyMemory<byte> arguments, IBufferWriter<byte> result, CancellationToken cancellationToken)
    {
        Machine.Query(classId, queryId, arguments.Span, result);
        return ValueTask.FromResult(Machine.LastApplied);
    }

    public ValueTask<StateDigest> DigestAsync(CancellationToken cancellationToken) => ValueTask.FromResult(new StateDigest(Machine.LastApplied, Machine.Digest()));

    public void Touch(SessionId session) => Touched.Add(session);

    // ---- The test is the leader ----

    internal Zxid ApplyNext() => Apply(Take(0).Payload.ToArray());

    internal void ApplyAll()
    {
        while (Pending.Count > 0) ApplyNext();
    }

    internal void RefuseNext(string reason = "too many proposals wait")
    {
        ProposalRequest refused = Take(0);
        _listener.OnRefused(refused.Tag, reason);
    }

    /// <summary>It goes the way of a channel that closed; nobody says so.</summary>
    internal ProposalRequest LoseNext() => Take(0);

    /// <summary>An entry of any server's caller; every server hears of it.</summary>
    internal Zxid Apply(byte[] payload)
    {
        AppliedRequest applied = ApplyUnheard(payload);
        _listener.OnApplied(applied);
        Wake();
        return applied.Entry;
    }

    /// <summary>An entry that this server has in a snapshot only.</summary>
    internal AppliedRequest ApplyUnheard(byte[] payload)
    {
        var zxid = new Zxid(Epoch, _last.Zxid.Epoch == Epoch ? _last.Zxid.Counter + 1 : 1);
        Entry entry = Entry.After(_last, zxid, _start + ((long)zxid.Counter * TimeSpan.TicksPerSecond) + (Epoch * TimeSpan.TicksPerDay), EntryType.Request, payload);
        AppliedRequest applied = Machine.Apply(entry) ?? throw new InvalidOperationException("a request gave nothing");
        _last = entry.Point;
        return applied;
    }

    internal void InstallSnapshot()
    {
        _listener.OnSnapshotInstalled(Machine.LastApplied);
        Wake();
    }

    internal void AddMissingClasses()
    {
        foreach (ReplicatedClass missing in Machine.MissingClasses()) Apply(RequestCodec.AddClass(missing));
    }

    /// <summary>The leader is gone; what was on its way never arrived, unless the test keeps it.</summary>
    internal void LoseLeader(string reason = "electing")
    {
        View = new ReplicaView(Role.Looking, null, 0, reason);
        _listener.OnRoleChanged(View);
    }

    internal void FindLeader(uint leader = 3)
    {
        View = new ReplicaView(Role.Following, new ServerId(leader), ++Epoch, null);
        _listener.OnRoleChanged(View);
    }

    private ProposalRequest Take(int index)
    {
        ProposalRequest request = Pending[index];
        Pending.RemoveAt(index);
        return request;
    }

    private void Wake()
    {
        lock (_waiters)
        {
            foreach ((Zxid zxid, TaskCompletionSource waiter) in _waiters)
                if (zxid <= Machine.LastApplied) waiter.TrySetResult();
        }
    }
}
