using System.Reflection;
using Xunit;
using Zab.Core;
using Zab.Simulator.Explore;

namespace Zab.Tests.Explore;

/// <summary>A search is worth as much as the form that its states are kept in: nothing that matters may be left out of it, and nothing that does not may be kept.</summary>
public sealed class CanonicalFormTests
{
    private static readonly Bounds Everything = AllBudgets();

    public static TheoryData<string, int> Walks()
    {
        var walks = new TheoryData<string, int>();
        foreach (string start in (string[])["founding", "fresh"])
            for (int seed = 1; seed <= 30; seed++) walks.Add(start, seed);
        return walks;
    }

    /// <summary>Against a rule of <see cref="CoreRules"/> that loses something: ids, times, texts or random numbers that do matter.</summary>
    [Theory]
    [MemberData(nameof(Walks))]
    public void A_server_that_is_frozen_and_renamed_at_every_step_does_what_one_that_lives_on_does(string start, int seed)
    {
        Tables tables = new Scope(start, Everything).NewTables();
        World world = new Director(tables, isFounded: start != "founding").World;
        LiveServer[] live = [.. Enumerable.Range(0, 3).Select(place => new LiveServer(tables.Setting, tables.Shared, place, start != "founding"))];
        int steps = 0;
        Walk(tables, world, (ulong)seed, 400, (server, action, step) =>
        {
            steps++;
            uint opened = (uint)step.Effects.Where(static effect => effect.Kind == EffectKind.Open).Select(static effect => effect.B).LastOrDefault();
            live[server].Do(action, opened);

            string expected = Words(tables, step.Effects.Where(static effect => effect.Kind != EffectKind.ReadReady).Select(Plain));
            Assert.True(expected == Words(tables, live[server].Effects), $"{Setting.IdOf(server)} {action}\n{expected}\n{Words(tables, live[server].Effects)}");
            AssertLooksLike(step.Next.Summary, live[server]);
        });

        Assert.True(steps > 100, $"only {steps} steps of servers were compared");
    }

    /// <summary>Two limits pass before a leader leaves for its disk, and it is not elected again before that has answered.</summary>
    [Fact]
    public void A_disk_that_is_silent_for_longer_than_one_limit_stays_so_until_it_answers()
    {
        var setting = new Setting(voters: 1, observers: 0);
        var states = new LocalStates(setting, new SharedTable());
        Stage stage = states.NewStage();
        stage.Begin(0, 0);
        LocalState at = states.Add(new Server(setting.NewDisk(0, isFounded: true)), stage);
        Summary Do(LocalKind kind, int amount = 0) => (at = states.Make(at, 0, new LocalAction(kind, amount), 0, stage).Next).Summary;

        Do(LocalKind.Start);
        while (at.Summary.WriteCount > 0) Do(LocalKind.Write, at.Summary.WriteCount);
        Assert.True(Do(LocalKind.Submit).IsServing);
        Assert.True(Do(LocalKind.Silence).IsServing);
        Assert.True(Do(LocalKind.Silence) is { IsLooking: true, IsWaiting: false });
        Assert.True(Do(LocalKind.Write, at.Summary.WriteCount) is { IsLooking: true, IsWaiting: true });
        Assert.NotNull(Do(LocalKind.FinalizeWait).Leading);
    }

    [Fact]
    public void Two_that_were_built_from_one_form_do_the_same_and_leave_it_as_it_was()
    {
        Tables tables = new Scope("fresh", Everything).NewTables();
        World world = Starts.Reach("fresh", tables);
        Stage stage = tables.Locals.NewStage();
        LocalState before = world.Local(0);
        Walk(tables, world, seed: 5, 300, (server, action, step) =>
        {
            before = tables.Locals[step.Next.Id];
            if (!before.Summary.IsUp) return;
            LocalAction next = before.Summary.WriteCount > 0 ? new LocalAction(LocalKind.Write, 1) : new LocalAction(LocalKind.Silence);
            byte[] bytes = [.. before.Bytes];

            LocalStep first = tables.Locals.Make(before, server, next, 0, stage);
            LocalStep second = tables.Locals.Make(before, server, next, 0, stage);

            Assert.Same(first.Next, second.Next);
            Assert.Equal(first.Effects, second.Effects);
            Assert.Equal(bytes, before.Bytes);
        });
    }

    [Fact]
    public void What_was_frozen_and_built_again_freezes_to_the_same_state()
    {
        Tables tables = new Scope("fresh", Everything).NewTables();
        World world = Starts.Reach("fresh", tables);
        Stage stage = tables.Locals.NewStage();
        var met = new HashSet<LocalState>();
        Walk(tables, world, seed: 9, 500, (_, _, step) =>
        {
            met.Add(step.Next);
            Server server = tables.Locals.Thaw(step.Next, stage);
            stage.Begin(0, 0);

            Assert.Same(step.Next, tables.Locals.Add(server, stage));
        });

        Assert.True(met.Count > 100);
        Assert.Equal(met.Count, met.Select(static state => state.Hash).Distinct().Count());
    }

    /// <summary>A new field of the core that holds a time, and is not known as one, would make every state new; one that is taken for a time would be forgotten.</summary>
    [Fact]
    public void Every_field_of_a_peer_that_may_hold_a_time_is_known()
    {
        SortedSet<string> found = [];
        Visit(typeof(Server), found, []);

        Assert.Equal(CoreRules.Instants.Keys.Concat(CoreRules.Distances.Keys).Concat(CoreRules.NoInstants).Order(StringComparer.Ordinal), found.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_collection_without_an_order_is_refused_by_name()
    {
        var exception = Assert.Throws<NotSupportedException>(static () => new CodecTable(new CoreRules()).For(typeof(Dictionary<int, int>)));

        Assert.Contains("Dictionary", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Equal_contents_share_one_number_and_texts_make_no_difference()
    {
        var shared = new SharedTable();
        int id = shared.IdOf(new Message.Ack(1, new Zxid(1, 2)));

        Assert.Equal(id, shared.IdOf(new Message.Ack(1, new Zxid(1, 2))));
        Assert.NotEqual(id, shared.IdOf(new Message.Ack(1, new Zxid(1, 3))));
        Assert.NotEqual(id, shared.IdOf(new Message.Commit(1, new Zxid(1, 2))));
        Assert.Equal(shared.IdOf(new Message.Goodbye("a")), shared.IdOf(new Message.Goodbye("b")));
    }

    private static Bounds AllBudgets()
    {
        var bounds = new Bounds { AreCallersAnywhere = true };
        foreach (Budget budget in Enum.GetValues<Budget>()) bounds = bounds.With(budget, Bounds.BudgetMax);
        return bounds;
    }

    /// <summary>One random path. Nothing that a search may do is left out.</summary>
    private static void Walk(Tables tables, World world, ulong seed, int moves, Action<int, LocalAction, LocalStep> step)
    {
        var random = new DeterministicRandom(seed);
        var list = new WorldMoves(tables, Everything);
        var steps = new WorldSteps(tables, Everything, tables.Locals.NewStage());
        var possible = new List<Move>();
        for (int i = 0; i < moves; i++)
        {
            list.List(world, possible);
            Move[] likely = [.. possible.Where(move => !IsFault(move) || random.Next(12) == 0)];
            if (likely.Length == 0) likely = [.. possible];
            Outcome outcome = steps.Make(world, likely[random.Next(likely.Length)]);
            Assert.True(outcome != Outcome.Broken, steps.Broken);
            if (steps.LastStep is { } last) step(last.Server, last.Action, last.Step);
            if (outcome == Outcome.OutOfBounds) return;
        }
    }

    private static bool IsFault(Move move) => move.Kind switch
    {
        MoveKind.Break or MoveKind.Cut or MoveKind.Lose => true,
        MoveKind.Local => (LocalKind)move.A is LocalKind.Crash or LocalKind.Silence or LocalKind.Resend or LocalKind.Ping or LocalKind.Snapshot or LocalKind.Read,
        _ => false,
    };

    private static (string Where, int What) Plain(Effect effect) => effect.Kind switch
    {
        EffectKind.Send => ($"channel {effect.A}", effect.B),
        EffectKind.SendPeer => ($"peer {effect.A}", effect.B),
        EffectKind.Open => ($"open {effect.B}", effect.A),
        _ => ($"channel {effect.A}", -1),
    };

    /// <summary>In the order on each channel and to each server; between two of them there is none.</summary>
    private static string Words(Tables tables, IEnumerable<(string Where, int What)> effects) =>
        string.Join('\n', effects.OrderBy(static effect => effect.Where, StringComparer.Ordinal).Select(effect =>
            effect.Where.StartsWith("open", StringComparison.Ordinal) ? $"{effect.Where} to {effect.What}" : effect.What < 0 ? $"{effect.Where} closes" : $"{effect.Where}: {effect.What} {tables.Shared[effect.What]}"));

    private static void AssertLooksLike(Summary summary, LiveServer live)
    {
        Assert.Equal(live.LastOnDisk, summary.Durable.Last);
        Assert.Equal(live.Peer is not null, summary.IsUp);
        if (live.Peer is not { } peer) return;
        Assert.Equal(peer.LastPoint, summary.Logged.Last);
        Assert.Equal(peer.LastCommitted, summary.Committed!.Zxid);
        Assert.Equal(peer.Role is Role.Leading or Role.Following, summary.IsServing);
    }

    private static void Visit(Type type, SortedSet<string> found, HashSet<Type> visited)
    {
        if (!visited.Add(type) || type.IsPrimitive || type.IsEnum || new CoreRules().ForType(type) is not null) return;
        if (type.IsGenericType)
            foreach (Type argument in type.GetGenericArguments()) Visit(argument, found, visited);
        if (type.Namespace?.StartsWith("System", StringComparison.Ordinal) == true) return;
        foreach (FieldInfo field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
        {
            if (field.FieldType == typeof(long) || field.FieldType == typeof(long?)) found.Add(CoreRules.NameOf(field));
            else Visit(field.FieldType, found, visited);
        }
    }
}
