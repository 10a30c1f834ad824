using System.Collections.Concurrent;
using Zab.Core;
using Zab.Replica;

namespace Zab.Tests.Replica.Driver;

/// <summary>As small as a leader can be: alone, so what is durable is committed.</summary>
internal sealed class SoloPeer(Journal journal, ClusterId cluster)
{
    private static readonly long _start = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;
    private readonly Queue<(WriteId Write, Zxid Last)> _appends = new();
    private HistoryPoint _last;
    private ulong _writes;
    private Role _role = Role.Looking;
    private Zxid _committed;

    /// <summary>Every entry that was given a zxid.</summary>
    internal ConcurrentQueue<Entry> Entries { get; } = new();

    internal PeerPart Part => new(Step, Picture);

    private PeerPicture Picture() =>
        new(_role, _role == Role.Leading ? new ServerId(1) : null, _role == Role.Leading ? 1u : 0, Reason: null, IsRecovering: false, new HardState { ClusterId = cluster, ServerId = new ServerId(1) }, _last.Zxid, _committed, _committed);

    private void Step(Instant now, Input input, Outputs outputs)
    {
        switch (input)
        {
            case Input.Tick when _role == Role.Looking: Lead(outputs); break;
            case Input.Submit submit: Append(submit.Requests, outputs); break;
            case Input.WritesDone done: Commit(done.Through, outputs); break;
            case Input.Read read: outputs.Add(new Output.ReadReady(read.Id, _committed, Reason: null)); break;
            case Input.Touch touch: outputs.Add(new Output.Touched(touch.Sessions)); break;
            case Input.SnapshotTaken taken: journal.Add($"snapshot {taken.Snapshot.Point.Zxid}"); break;
            case Input.Stop: Stop(outputs); break;
        }
    }

    private void Lead(Outputs outputs)
    {
        _role = Role.Leading;
        outputs.Add(new Output.ConfigChanged(Server.Ensemble, cluster));
        outputs.Add(new Output.RoleChanged(Role.Leading, new ServerId(1), 1, Reason: null));
    }

    private void Append(ProposalRequest[] requests, Outputs outputs)
    {
        var entries = new List<Entry>();
        foreach (ProposalRequest request in requests)
        {
            Entry entry = Entry.After(_last, new Zxid(1, _last.Zxid.Counter + 1), _start + Entries.Count, EntryType.Request, request.Payload);
            _last = entry.Point;
            entries.Add(entry);
            Entries.Enqueue(entry);
        }

        var write = new WriteId(++_writes);
        _appends.Enqueue((write, _last.Zxid));
        outputs.Add(new Output.Append(write, [.. entries]));
    }

    private void Commit(WriteId through, Outputs outputs)
    {
        while (_appends.TryPeek(out (WriteId Write, Zxid Last) append) && append.Write <= through) _committed = _appends.Dequeue().Last;
        outputs.Add(new Output.Commit(_committed));
    }

    private void Stop(Outputs outputs)
    {
        _role = Role.Stopped;
        outputs.Add(new Output.RoleChanged(Role.Stopped, Leader: null, 0, "stopped"));
    }
}
