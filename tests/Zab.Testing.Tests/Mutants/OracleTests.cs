using Xunit;
using Zab.Mutants;

namespace Zab.Testing.Tests.Mutants;

/// <summary>What the program reads out of what others write.</summary>
public class OracleTests
{
    private static readonly Oracle Seeds = Oracle.For(Options.Parse(["--seeds", "3..9", "--minutes", "4"]));

    [Fact]
    public void The_simulator_is_asked_for_the_seeds_one_after_the_other() =>
        Assert.Equal(["Zab.Simulator.dll", "--seeds", "3..9", "--minutes", "4", "--jobs", "1"], Seeds.Arguments(mutant: null));

    [Theory]
    [InlineData(0, "seeds 3..9: no violation", null)]
    [InlineData(1, "violation: I4 server 2 sends ACK for 1/7\nseed: 5", "I4 at seed 5")]
    [InlineData(1, "seed: 8\n  violation: liveness: nobody leads", "liveness at seed 8")]
    [InlineData(1, "seeds 1000, 0 violations\nrare path missing: Truncation was taken 3 times", null)]
    [InlineData(134, "Unhandled exception", "crash of the process, exit code 134")]
    public void The_first_violation_and_its_seed_are_read(int exitCode, string lines, string? expected) =>
        Assert.Equal(expected, Seeds.Judge(exitCode, lines.Split('\n'))?.ToString());

    [Fact]
    public void The_search_tells_the_invariant_alone() =>
        Assert.Equal("explore, I8", new ExploreOracle(2).Judge(1, ["scope 1 of 9", "VIOLATION I8: server 2 leads without 1/1", "after 12 moves"])?.ToString());

    [Theory]
    [InlineData(0, "Passed!", null)]
    [InlineData(1, "[xUnit.net 00:00:01.2]     Zab.Tests.Peers.LeaderTests.It_commits(voters: 3) [FAIL]", "unit LeaderTests.It_commits")]
    [InlineData(1, "[xUnit.net 00:00:01]  A.B.One [FAIL]\n[xUnit.net 00:00:02]  A.B.Two [FAIL]", "unit B.One and 1 more")]
    [InlineData(1, "the test host died", "crash of the process, exit code 1")]
    public void The_first_failed_test_is_read(int exitCode, string lines, string? expected) =>
        Assert.Equal(expected, new UnitOracle().Judge(exitCode, lines.Split('\n'))?.ToString());
}
