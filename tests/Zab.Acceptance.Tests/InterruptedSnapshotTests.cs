using Xunit;
using Xunit.Abstractions;

namespace Zab.Acceptance;

public sealed class InterruptedSnapshotTests(ITestOutputHelper output)
{
    [Fact]
    public Task S11_a_server_killed_while_a_snapshot_arrives_starts_with_the_old_state_or_the_new_one() =>
        new InterruptedSnapshot(kills: 5, megabytes: 24, seed: 1, output.WriteLine).RunAsync();
}
