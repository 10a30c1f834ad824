using Zab.Replica;

namespace Zab.Tests.Replica.Driver;

/// <summary>Notes what the call path would hear.</summary>
internal sealed class FakeListener(Journal journal) : IReplicaListener
{
    /// <summary>While reset, the applier stands still after the first entry that it applies.</summary>
    internal ManualResetEventSlim Gate { get; } = new(true);

    public void OnApplied(in AppliedRequest applied)
    {
        journal.Add($"applied {applied.Entry} {applied.Outcome}");
        Gate.Wait();
    }

    public void OnSnapshotInstalled(Zxid zxid) => journal.Add($"installed {zxid}");

    public void OnRefused(ulong tag, string reason) => journal.Add($"refused {tag}");

    public void OnRoleChanged(ReplicaView view) => journal.Add($"role {view.Role}");
}

/// <summary>A clock of sessions that strikes once, when the test says so.</summary>
internal sealed class FakeSessionClock(Journal journal) : ISessionClock
{
    private SessionId[] _due = [];

    internal SessionId[] Silent
    {
        set => Volatile.Write(ref _due, value);
    }

    public void Start(IReadOnlyList<SessionTimeout> sessions) => journal.Add($"clock starts with {sessions.Count}");

    public void Created(SessionId session, TimeSpan timeout) => journal.Add($"clock created {session} {timeout}");

    public void Touch(SessionId session) => journal.Add($"clock touch {session}");

    public void Closed(SessionId session) => journal.Add($"clock closed {session}");

    public IReadOnlyList<SessionId> Due() => Interlocked.Exchange(ref _due, []);
}
