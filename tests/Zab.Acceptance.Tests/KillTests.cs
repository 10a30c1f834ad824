using Xunit;
using Xunit.Abstractions;

namespace Zab.Acceptance;

/// <summary>kill -9 and kill -STOP under load, at the length of a test; <c>tests/Zab.Acceptance</c> plays the long ones.</summary>
public sealed class KillTests(ITestOutputHelper output)
{
    [Fact]
    public Task Killed_servers_lose_no_acknowledged_write_and_repeat_none() =>
        new KillRounds(rounds: 3, roundLength: TimeSpan.FromSeconds(6), clients: 16, seed: 1, output.WriteLine).RunAsync();

    [Fact]
    public Task A_leader_that_was_frozen_answers_nothing_old_and_acknowledges_nothing_lost() =>
        new PausedLeader(pause: TimeSpan.FromSeconds(3), clients: 8, output.WriteLine).RunAsync();
}
