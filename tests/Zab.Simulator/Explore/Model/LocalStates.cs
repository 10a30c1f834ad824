using System.Runtime.InteropServices;
using Zab.Core;

namespace Zab.Simulator.Explore;

/// <summary>What follows when a server does something: its next state, and what it does outside; or the rule that it broke.</summary>
internal readonly record struct LocalStep(LocalState Next, Effect[] Effects, string? Broken);

/// <summary>All states of single servers that were met, and every step between them that was made. Safe for concurrent use.</summary>
/// <remarks>
/// The worlds of a search are made of few servers' states in many combinations, so a step is made by the real core once, and looked up from then on. This is exact:
/// a step depends on the server's state and on what happens to it, and on nothing else, for the core has no clock, chance or memory outside of it.
/// </remarks>
internal sealed class LocalStates(Setting setting, SharedTable shared)
{
    private const int ShardCount = 64;

    private readonly CodecTable _codecs = new(new CoreRules());
    private readonly GrowingList<LocalState> _all = new();
    private readonly GrowingList<(Effect[] Effects, string? Broken)> _outcomes = new();
    private readonly Dictionary<ulong, int> _outcomeIds = [];
    private readonly Lock _outcomeLock = new();
    private readonly Dictionary<ulong, List<LocalState>>[] _shards = [.. Enumerable.Range(0, ShardCount).Select(static _ => new Dictionary<ulong, List<LocalState>>())];

    internal Setting Setting => setting;

    internal SharedTable Shared => shared;

    internal HistoryPaths Paths { get; } = new();

    internal int Count => _all.Count;

    internal LocalState this[int id] => _all[id];

    /// <summary>Steps that the core has really made.</summary>
    internal long StepsMade => Interlocked.Read(ref _stepsMade);

    private long _stepsMade;

    internal Stage NewStage() => new(setting, shared);

    internal LocalState Add(Server server, Stage stage)
    {
        Freezer to = stage.Freezer;
        to.Begin();
        _codecs.For<Server?>().Write(to, server);
        return Intern(to, server);
    }

    internal Server Thaw(LocalState state, Stage stage)
    {
        stage.Thawer.Begin(state.Bytes);
        return _codecs.For<Server?>().Read(stage.Thawer)!;
    }

    /// <param name="from">The state of the server.</param>
    /// <param name="self">Its place.</param>
    /// <param name="action">What happens to it.</param>
    /// <param name="freeNumber">The number that a new channel of it would get.</param>
    /// <param name="stage">The caller's own.</param>
    internal LocalStep Step(LocalState from, int self, LocalAction action, int freeNumber, Stage stage)
    {
        long key = ((long)action.Kind << 56) | ((long)action.A << 32) | (uint)action.B;
        long keyOpening = key | ((long)(freeNumber + 1) << 50);        // A step that opens a channel depends on the name that is free.
        if (!from.TryGetStep(key, out long result) && !from.TryGetStep(keyOpening, out result))
        {
            LocalStep made = Make(from, self, action, freeNumber, stage);
            bool opens = Array.Exists(made.Effects, static effect => effect.Kind == EffectKind.Open);
            result = ((long)made.Next.Id << 32) | (uint)OutcomeId(made);
            from.AddStep(opens ? keyOpening : key, result);
        }

        (Effect[] effects, string? broken) = _outcomes[(int)result];
        return new LocalStep(_all[(int)(result >> 32)], effects, broken);
    }

    /// <summary>Lets the real core take the step.</summary>
    internal LocalStep Make(LocalState from, int self, LocalAction action, int freeNumber, Stage stage)
    {
        Interlocked.Increment(ref _stepsMade);
        Server server = Thaw(from, stage);
        stage.Begin(self, ChannelName.Of(self, freeNumber));
        try
        {
            server.Do(action, stage);
        }
        catch (Exception e) when (e is InvariantException or InvalidOperationException or ArgumentException or NullReferenceException or KeyNotFoundException or IndexOutOfRangeException)
        {
            return new LocalStep(from, [.. stage.Effects], stage.Broken ?? $"{(e is InvariantException ? "Invariant.Require" : e.GetType().Name)}: {e.Message}");
        }

        LocalState next = Add(server, stage);
        if (next.Summary.Committed is null) stage.Require($"I17: {Setting.IdOf(self)} knows to be committed what it does not hold");
        return new LocalStep(next, [.. stage.Effects], stage.Broken);
    }

    private LocalState Intern(Freezer frozen, Server server)
    {
        Dictionary<ulong, List<LocalState>> shard = _shards[frozen.Hash % ShardCount];
        lock (shard)
        {
            ref List<LocalState>? same = ref CollectionsMarshal.GetValueRefOrAddDefault(shard, frozen.Hash, out _);
            same ??= new List<LocalState>(1);
            foreach (LocalState known in same)
                if (frozen.Bytes.SequenceEqual(known.Bytes)) return known;

            Summary summary = Summary.Of(server, Paths) with { ChannelsMet = frozen.Names.ChannelsMet | server.ChannelsMet() };
            int id = _all.Reserve();
            var state = new LocalState(id, frozen.Hash, frozen.Bytes.ToArray(), summary);
            _all[id] = state;
            same.Add(state);
            return state;
        }
    }

    private int OutcomeId(LocalStep step)
    {
        ulong hash = Mixer.Add(Mixer.Start, step.Broken is null ? 0UL : 1);
        foreach (char letter in step.Broken ?? "") hash = Mixer.Add(hash, letter);
        foreach (Effect effect in step.Effects) hash = Mixer.Add(Mixer.Add(Mixer.Add(hash, (ulong)effect.Kind), (ulong)effect.A), (ulong)effect.B);
        lock (_outcomeLock)
        {
            if (_outcomeIds.TryGetValue(hash, out int known)) return known;
            int id = _outcomes.Add((step.Effects, step.Broken));
            _outcomeIds.Add(hash, id);
            return id;
        }
    }
}
