using Xunit;
using Zab.Core;

namespace Zab.Tests.Peers;

/// <summary>Random histories of crashes, cuts, snapshots, stalled disks and lost directories: whatever happens, nothing committed is lost, and afterwards all agree.</summary>
public class RandomFaultTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 0)]
    [InlineData(3, 0)]
    [InlineData(3, 1)]
    [InlineData(5, 0)]
    [InlineData(5, 2)]
    public void Nothing_committed_is_lost_and_all_agree_in_the_end(int voters, int observers)
    {
        (int from, int count) = Seeds();
        for (int seed = from; seed < from + count; seed++) new FaultyRun((ulong)((seed * 100) + (voters * 10) + observers), voters, observers).Run();
    }

    /// <summary>Seeds that once found a bug stay.</summary>
    [Theory]
    [InlineData(231, 3, 1)]             // A worse vote of the same round was left without an answer: nobody led until the next resend.
    [InlineData(752, 5, 2)]             // A server that had been away did not know the leader's new directory, and looked for ever (0601).
    [InlineData(2030, 3, 0)]            // A voter that lost its disk in an ensemble with an empty history was never admitted.
    [InlineData(107231, 3, 1)]          // Servers that do not count answered votes of an earlier round for ever.
    public void Seeds_that_found_a_bug_pass(ulong seed, int voters, int observers) => new FaultyRun(seed, voters, observers).Run();

    /// <summary>More of them by hand: <c>ZAB_CORE_SEEDS=5000</c>, beginning at <c>ZAB_CORE_SEED</c>.</summary>
    private static (int From, int Count) Seeds() =>
        (int.TryParse(Environment.GetEnvironmentVariable("ZAB_CORE_SEED"), out int from) ? from : 1,
         int.TryParse(Environment.GetEnvironmentVariable("ZAB_CORE_SEEDS"), out int count) ? count : 40);
}
