using System.Collections.Immutable;
using Xunit;
using Zab.Core;
using Zab.Storage;

namespace Zab.Tests.Storage;

/// <summary>What a store must give back, as far as it was acknowledged.</summary>
internal sealed record CrashModel(HistoryPoint Base, ImmutableList<Entry> Entries, uint Accepted, uint Current, HistoryPoint? Snapshot)
{
    internal static CrashModel Empty => new(HistoryPoint.Empty, [], 0, 0, null);

    internal HistoryPoint Last => Entries.IsEmpty ? Base : Entries[^1].Point;

    internal CrashModel CutTo(HistoryPoint target) => this with { Entries = Entries.RemoveAll(entry => entry.Zxid > target.Zxid) };

    internal static byte[] ContentAt(HistoryPoint point)
    {
        byte[] content = new byte[(int)(point.Chain % 1500)];
        new Random((int)point.Chain).NextBytes(content);
        return content;
    }

    /// <summary>Whether what was recovered is exactly this.</summary>
    internal bool Matches(StoreRun run)
    {
        RecoveredState found = run.Recovered;
        return found.History.Last == Last
            && found.HardState.AcceptedEpoch == Accepted
            && found.HardState.CurrentEpoch == Current
            && found.Snapshot?.Point == Snapshot;
    }

    /// <summary>What holds in every start, whatever was lost.</summary>
    internal void CheckContent(StoreRun run)
    {
        History history = run.Recovered.History;
        Assert.True(Snapshot is null ? history.Base == Base : history.Base.Zxid <= Snapshot.Value.Zxid, $"the history begins at {history.Base}, the snapshot is at {Snapshot}");
        Entry[] expected = [.. Entries.Where(entry => entry.Zxid > history.Base.Zxid)];
        List<Entry> read = run.ReadAll();
        Assert.Equal(expected.Select(static entry => entry.Point), read.Select(static entry => entry.Point));
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(expected[i].Payload.Span.SequenceEqual(read[i].Payload.Span));
            Assert.True(history.Contains(expected[i].Point));
        }

        var loaded = run.Store.LoadSnapshot();
        Assert.Equal(Snapshot, loaded?.Info.Point);
        if (Snapshot is { } point) Assert.Equal(ContentAt(point), loaded!.Value.Content.ToArray());
    }
}

/// <summary>One thing that a store is asked for, and what must be there before and after it. While it is under way, anything between is right.</summary>
internal sealed record CrashStep(string Name, Action<StoreRun> Run, CrashModel Before, CrashModel After)
{
    internal IEnumerable<CrashModel> Between()
    {
        yield return Before;
        if (After.Base == Before.Base && After.Entries.Count > Before.Entries.Count)
            for (int count = Before.Entries.Count; count <= After.Entries.Count; count++) yield return Before with { Entries = After.Entries.GetRange(0, count) };
        yield return After;
    }
}

/// <summary>Makes up a life of a store: appends, epochs, cuts, snapshots of its own and of others, compaction, quiet moments.</summary>
internal sealed class CrashScript
{
    private readonly DeterministicRandom _random;
    private CrashModel _model = CrashModel.Empty;

    internal CrashScript(ulong seed, int steps)
    {
        _random = new DeterministicRandom(seed);
        Add(Adopt(1));
        for (int i = 0; i < steps; i++) Add(NextStep());
    }

    internal List<CrashStep> Steps { get; } = [];

    private void Add(CrashStep step)
    {
        Steps.Add(step);
        _model = step.After;
    }

    private CrashStep NextStep() => _random.Next(20) switch
    {
        < 9 => Append(1 + _random.Next(5)),
        < 11 => Adopt(_model.Accepted + 1),
        < 13 => Truncate(),
        < 15 => TakeSnapshot(),
        < 16 => Install(),
        < 17 => Compact(),
        < 18 => AppendAndAdopt(),
        _ => new CrashStep("idle", static run => run.Store.Idle(), _model, _model),
    };

    private Entry[] Entries(int count)
    {
        var entries = new Entry[count];
        HistoryPoint last = _model.Last;
        for (int i = 0; i < count; i++)
        {
            byte[] payload = new byte[_random.Next(4) == 0 ? _random.Next(900) : _random.Next(60)];
            new Random(_random.Next(int.MaxValue)).NextBytes(payload);
            entries[i] = StoreRun.Next(last, _model.Current, payload);
            last = entries[i].Point;
        }

        return entries;
    }

    private CrashStep Append(int count)
    {
        Entry[] entries = Entries(count);
        int split = _random.Next(count + 1);
        return new CrashStep(
            $"append {count}",
            run => run.Write([.. ((Entry[][])[entries[..split], entries[split..]]).Where(static part => part.Length > 0).Select(part => new Output.Append(run.Id(), part))]),
            _model,
            _model with { Entries = _model.Entries.AddRange(entries) });
    }

    private CrashStep Adopt(uint epoch) => new($"adopt {epoch}", run => run.Adopt(epoch), _model, _model with { Accepted = epoch, Current = epoch });

    /// <summary>As at the end of a synchronisation: history first, then the epoch.</summary>
    private CrashStep AppendAndAdopt()
    {
        Entry[] entries = Entries(3);
        uint epoch = _model.Accepted + 1;
        CrashModel after = _model with { Entries = _model.Entries.AddRange(entries), Accepted = epoch, Current = epoch };
        return new CrashStep($"append, adopt {epoch}", run => run.Write(new Output.Append(run.Id(), entries), new Output.SaveHardState(run.Id(), run.HardState with { AcceptedEpoch = epoch, CurrentEpoch = epoch })), _model, after);
    }

    private CrashStep Truncate()
    {
        HistoryPoint[] targets = [.. _model.Entries.Select(static entry => entry.Point).Where(point => _model.Snapshot is not { } kept || point.Zxid >= kept.Zxid), .. _model.Snapshot is null ? [_model.Base] : (HistoryPoint[])[]];
        if (targets.Length == 0) return Append(2);
        HistoryPoint target = targets[_random.Next(targets.Length)];
        uint epoch = _model.Accepted + 1;                   // What replaces the tail is of a newer epoch.
        CrashModel after = _model.CutTo(target) with { Accepted = epoch, Current = epoch };
        Add(Adopt(epoch));
        return new CrashStep($"truncate {target}", run => run.Truncate(target), _model, after);
    }

    private CrashStep TakeSnapshot()
    {
        HistoryPoint[] points = [.. _model.Entries.Select(static entry => entry.Point).Where(point => _model.Snapshot is not { } kept || point.Zxid > kept.Zxid)];
        if (points.Length == 0) return Append(2);
        HistoryPoint point = points[_random.Next(points.Length)];
        return new CrashStep($"snapshot {point}", run => Assert.NotNull(run.TakeSnapshot(point, CrashModel.ContentAt(point))), _model, _model with { Snapshot = point });
    }

    private CrashStep Install()
    {
        var point = new HistoryPoint(new Zxid(_model.Current, _model.Last.Zxid.Epoch == _model.Current ? _model.Last.Zxid.Counter + 7 : 5), _random.NextUInt64());
        return new CrashStep($"install {point}", run => Assert.Null(run.Install(point, CrashModel.ContentAt(point), 300)), _model, _model with { Base = point, Entries = [], Snapshot = point });
    }

    private CrashStep Compact()
    {
        HistoryPoint through = _model.Snapshot ?? HistoryPoint.Empty;
        return new CrashStep($"compact {through}", run => run.Write(new Output.CompactLog(run.Id(), through.Zxid)), _model, _model);
    }
}
