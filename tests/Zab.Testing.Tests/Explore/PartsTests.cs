using Xunit;
using Zab.Core;
using Zab.Simulator.Explore;

namespace Zab.Tests.Explore;

/// <summary>The small parts that a search is made of.</summary>
public sealed class PartsTests
{
    private static readonly HistoryPath Empty = HistoryPath.NewEmpty();

    [Fact]
    public void Equal_histories_are_one_object_and_know_what_they_begin_with()
    {
        HistoryPath a = Path((1, 1, 10), (1, 2, 11));
        HistoryPath longer = Path((1, 1, 10), (1, 2, 11), (3, 1, 12));
        HistoryPath other = Path((1, 1, 10), (2, 1, 13));

        Assert.Same(a, Path((1, 1, 10), (1, 2, 11)));
        Assert.True(longer.StartsWith(a));
        Assert.True(a.StartsWith(a));
        Assert.False(a.StartsWith(longer));
        Assert.False(longer.StartsWith(other));
        Assert.Same(a, longer.Through(new Zxid(1, 2)));
        Assert.Null(longer.Through(new Zxid(2, 1)));
        Assert.Same(Empty, longer.Through(Zxid.None));
    }

    [Fact]
    public void Two_histories_conflict_where_one_zxid_stands_for_two_entries()
    {
        HistoryPath a = Path((1, 1, 10), (1, 2, 11), (3, 1, 12));

        Assert.Null(a.Conflict(Path((1, 1, 10), (2, 1, 13))));
        Assert.Null(a.Conflict(Empty));
        Assert.Equal(new Zxid(1, 2), a.Conflict(Path((1, 1, 10), (1, 2, 99))));
        Assert.Equal(new Zxid(3, 1), a.Conflict(Path((1, 1, 10), (3, 1, 99))));
    }

    [Fact]
    public void A_set_of_fingerprints_takes_each_once()
    {
        var random = new DeterministicRandom(1);
        ulong[] fingerprints = [.. Enumerable.Range(0, 200_000).Select(_ => random.NextUInt64() | 1), 1, ulong.MaxValue];
        var set = new FingerprintSet();

        Assert.All(fingerprints, fingerprint => Assert.True(set.Add(fingerprint)));
        Assert.All(fingerprints, fingerprint => Assert.False(set.Add(fingerprint)));
        Assert.Equal(fingerprints.Length, set.Count);
    }

    [Fact]
    public void The_path_to_a_state_is_found_through_those_before_it_whoever_numbered_them()
    {
        var ancestry = new Ancestry();
        Ancestry.Numbers first = ancestry.NewNumbers();
        Ancestry.Numbers second = ancestry.NewNumbers();
        long state = first.Next(-1, 0);
        for (int move = 1; move <= 40_000; move++) state = (move % 3 == 0 ? second : first).Next(state, move % 100);

        int[] path = ancestry.PathTo(state);

        Assert.Equal(Enumerable.Range(1, 40_000).Select(static move => move % 100), path);
    }

    [Theory]
    [InlineData(0UL)]
    [InlineData(127UL)]
    [InlineData(128UL)]
    [InlineData(uint.MaxValue)]
    [InlineData(ulong.MaxValue)]
    public void A_number_takes_as_many_bytes_as_it_needs_and_comes_back(ulong number)
    {
        Span<byte> bytes = stackalloc byte[10];
        int length = VarInt.Put(bytes, number);
        int at = 0;

        Assert.Equal(number, VarInt.Take(bytes[..length], ref at));
        Assert.Equal(length, at);
    }

    [Fact]
    public void A_wait_that_is_half_over_is_rounded_up()
    {
        Assert.Equal([0L, 50, 50, 100, 150], new[] { 0, 1, 50, 51, 150 }.Select(static milliseconds => Remaining(milliseconds)));
    }

    /// <summary>A disk may take a second, and the network four: more than that is all the same.</summary>
    [Fact]
    public void An_age_counts_up_to_where_more_makes_no_difference()
    {
        Assert.Equal([0L, 50, 1000, 1050, 1050, 1050], new[] { 0, 50, 1000, 1050, 1100, 9000 }.Select(static milliseconds => WriteAge(milliseconds)));
        Assert.Equal([4000L, 3950, 50, 0, 0], new[] { 0, 50, 3950, 4000, 9000 }.Select(static milliseconds => LooksLongIn(milliseconds)));
    }

    [Fact]
    public void How_far_the_disk_came_before_a_crash_stands_in_a_move()
    {
        Move move = Move.Local(LocalKind.Crash, 1, Move.CrashAmount(writes: 17, entries: 15));

        Assert.Equal((17, 15), Move.Crashed(move.B));
    }

    [Theory]
    [InlineData("--start", "tails", "tails, 3 voters, 2 proposals, 2 elections, 1 crashes, 1 losses, prompt votes")]
    [InlineData("--servers", "2", "led, 2 voters, 2 proposals, 2 elections, 1 crashes, 1 losses, prompt votes")]
    [InlineData("--observers", "1", "led, 3 voters, 1 observers, 2 proposals, 2 elections, 1 crashes, 1 losses, prompt votes")]
    [InlineData("--crashes", "0", "led, 3 voters, 2 proposals, 2 elections, 1 losses, prompt votes")]
    [InlineData("--cuts", "1", "led, 3 voters, 2 proposals, 2 elections, 1 crashes, 1 losses, 1 cuts, prompt votes")]
    [InlineData("--votes", "late", "led, 3 voters, 2 proposals, 2 elections, 1 crashes, 1 losses, votes as late as can be")]
    [InlineData("--callers", "all", "led, 3 voters, 2 proposals, 2 elections, 1 crashes, 1 losses, prompt votes, callers anywhere")]
    public void A_scope_of_ones_own_is_made_of_words(string word, string value, string scope) => Assert.Equal(scope, ExploreOptions.Parse([word, value]).Own?.ToString());

    [Theory]
    [InlineData("--crashes", "16")]
    [InlineData("--crashes", "-1")]
    [InlineData("--crashes", "many")]
    [InlineData("--start", "nowhere")]
    [InlineData("--servers", "0")]
    [InlineData("--votes", "never")]
    [InlineData("--colour", "3")]
    [InlineData("colour", "3")]
    [InlineData("--minutes", null)]
    public void Words_that_mean_nothing_are_refused_with_the_usage(string word, string? value)
    {
        var output = new StringWriter();

        Assert.Equal(2, ExploreCommand.Run(value is null ? [word] : [word, value], output));
        Assert.Contains("explore --start NAME", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_scope_of_ones_own_the_list_is_searched()
    {
        Assert.Null(ExploreOptions.Parse(["--minutes", "2.5", "--states", "1,000"]).Own);
        Assert.Equal(TimeSpan.FromSeconds(150), ExploreOptions.Parse(["--minutes", "2.5"]).Time);

        var output = new StringWriter();
        Assert.Equal(0, ExploreCommand.Run(["--list"], output));
        Assert.Equal(ScopeList.All.Count, output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public void A_search_tells_what_it_has_covered()
    {
        var output = new StringWriter();

        int exit = ExploreCommand.Run(["--start", "led", "--proposals", "1", "--crashes", "0", "--losses", "0", "--threads", "1"], output);

        Assert.Equal(0, exit);
        Assert.Contains("53 distinct states, 108 transitions, depth 10", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("1 of 1 scopes finished", output.ToString(), StringComparison.Ordinal);
        Assert.EndsWith("0 violations", output.ToString().TrimEnd(), StringComparison.Ordinal);
    }

    /// <summary>What is left of a wait of so many milliseconds, in milliseconds, when it was frozen and thawed.</summary>
    private static long Remaining(int milliseconds)
    {
        var failed = new FailedJoins();
        var leader = new ServerId(1);
        Instant last = new(TimeSpan.FromMilliseconds(milliseconds).Ticks - Clock.Options.VoteResendMin.Ticks, 0);
        for (int i = 0; i < 4; i++) failed.Add(leader, wasAnswered: true, last, Clock.Options);     // From the fourth time on it waits.
        FailedJoins again = Again(failed, now: 0);
        return FirstMillisecond(now => !again.IsTooSoon(leader, now));
    }

    /// <summary>When a server that has looked for so long will have looked for too long.</summary>
    private static long LooksLongIn(int milliseconds)
    {
        var failed = new FailedJoins();
        failed.Looks(default);
        FailedJoins again = Again(failed, now: milliseconds);
        return FirstMillisecond(now => again.HasLookedLong(now, Clock.Options));
    }

    private static long WriteAge(int milliseconds)
    {
        var writes = new WriteLedger(Zxid.None);
        writes.Issue(now: 0);
        return Again(writes, milliseconds).OldestAge(now: 0) / TimeSpan.TicksPerMillisecond;
    }

    private static long FirstMillisecond(Func<Instant, bool> condition)
    {
        int milliseconds = 0;
        while (!condition(new Instant(TimeSpan.FromMilliseconds(milliseconds).Ticks, 0))) milliseconds++;
        return milliseconds;
    }

    /// <summary>The same, frozen so many milliseconds after the clock began, and thawed when it begins anew.</summary>
    private static T Again<T>(T value, int now) where T : class
    {
        Codec<T?> codec = new CodecTable(new CoreRules()).For<T?>();
        var freezer = new Freezer(new SharedTable());
        freezer.Begin();
        freezer.Names.Now = TimeSpan.FromMilliseconds(now).Ticks;
        codec.Write(freezer, value);
        var thawer = new Thawer(new SharedTable());
        thawer.Begin(freezer.Bytes.ToArray());
        return codec.Read(thawer)!;
    }

    private static HistoryPath Path(params (uint Epoch, uint Counter, ulong Chain)[] points)
    {
        HistoryPath path = Empty;
        foreach ((uint epoch, uint counter, ulong chain) in points) path = path.Then(new HistoryPoint(new Zxid(epoch, counter), chain));
        return path;
    }
}
