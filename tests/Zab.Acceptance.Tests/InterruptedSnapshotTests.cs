using Xunit;
using Xunit.Abstractions;

namespace Zab.Acceptance;

public sealed class InterruptedSnapshotTests(ITestOutputHelper output)
{
    [Fact]
    public Task A_server_killed_while_a_snapshot_arrives_starts_with_the_old_state_or_the_new_one() => new InterruptedSnapshot(kills: 10, seed: 1, output.WriteLine).RunAsync();
}
