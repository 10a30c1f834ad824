using Xunit;
using Zab.Testing.Checks;

namespace Zab.Tests.Checks;

/// <summary>The watch over real peers: silent while they and their drivers keep to the rules, and not when a driver or a disk lies.</summary>
public class RealPeerTests
{
    [Theory]
    [InlineData(1, 0)]
    [InlineData(3, 0)]
    [InlineData(3, 1)]
    [InlineData(5, 2)]
    public void An_ensemble_without_faults_is_silent(int voters, int observers) =>
        Assert.True(new RealRun(seed: 1, voters, observers).Run(rounds: 60, hasFaults: false));

    /// <summary>More by hand: <c>ZAB_CHECK_SEEDS=5000</c>.</summary>
    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 0)]
    [InlineData(3, 0)]
    [InlineData(3, 1)]
    [InlineData(5, 1)]
    public void Crashes_broken_channels_snapshots_and_lost_directories_are_silent(int voters, int observers)
    {
        int seeds = int.TryParse(Environment.GetEnvironmentVariable("ZAB_CHECK_SEEDS"), out int given) ? given : 20;
        for (int seed = 1; seed <= seeds; seed++)
        {
            try
            {
                bool agree = new RealRun((ulong)seed, voters, observers).Run(rounds: 200, hasFaults: true);
                Assert.True(agree, $"seed {seed}: the servers did not come to the same");
            }
            catch (ViolationException e)
            {
                throw new InvalidOperationException($"seed {seed}: {e.Message}", e);
            }
        }
    }

    [Theory]
    [InlineData(nameof(Lie.DoesNotWaitForTheDisk), "I2 I3 I4")]
    [InlineData(nameof(Lie.LosesWhatIsDurable), "I7")]
    [InlineData(nameof(Lie.AppliesWhatIsLogged), "I17")]
    public void A_driver_that_lies_is_found(string lie, string invariants)
    {
        for (ulong seed = 1; seed <= 5; seed++)
        {
            var run = new RealRun(seed, voters: 3, lie: Enum.Parse<Lie>(lie));
            ViolationException found = Assert.Throws<ViolationException>(() => run.Run(rounds: 400, hasFaults: true));
            Assert.Contains(found.Invariant, invariants.Split(' '));
        }
    }
}
