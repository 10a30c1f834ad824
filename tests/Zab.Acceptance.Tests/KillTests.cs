using Xunit;
using Xunit.Abstractions;

namespace Zab.Acceptance;

/// <summary>kill -9, kill -STOP and a hanging disk under load, at the length of a test; <c>tests/Zab.Acceptance</c> plays the long ones.</summary>
public sealed class KillTests(ITestOutputHelper output)
{
    [Fact]
    public Task Killed_servers_lose_no_acknowledged_write_and_repeat_none() =>
        new KillRounds(rounds: 3, roundLength: TimeSpan.FromSeconds(4), clients: 16, seed: 1, limits: null, output.WriteLine).RunAsync();

    /// <summary>Three times the sync limit.</summary>
    [Fact]
    public Task B04_a_leader_that_was_frozen_answers_nothing_old_and_acknowledges_nothing_lost() =>
        new PausedLeader(pause: TimeSpan.FromSeconds(3), clients: 8, output.WriteLine).RunAsync();

    [StraceFact]
    public Task B07_a_leader_whose_disk_hangs_is_replaced_and_commits_nothing_late() =>
        new StalledDisk(stall: TimeSpan.FromSeconds(1), clients: 8, output.WriteLine).RunAsync();

    [Fact]
    public Task C01_calls_that_are_repeated_while_leaders_die_count_once() =>
        new RetriedCalls(kills: 3, clients: 8, output.WriteLine).RunAsync();

    [Fact]
    public Task E17_after_a_storm_of_restarts_nothing_is_lost_and_one_leader_stays() =>
        new RestartStorm(duration: TimeSpan.FromSeconds(10), calmLimit: EnsembleOfProcesses.Patience, seed: 1, output.WriteLine).RunAsync();
}
