using Xunit;
using Xunit.Abstractions;

namespace Zab.Acceptance;

/// <summary>Networks that carry bytes in one direction only, or between some servers only.</summary>
public sealed class NetworkTests(ITestOutputHelper output)
{
    /// <summary>How long a leader is watched; <c>tests/Zab.Acceptance</c> watches longer.</summary>
    private static readonly TimeSpan Watched = TimeSpan.FromSeconds(3);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public Task N01_one_follower_that_hears_nothing_or_is_not_heard_does_not_disturb_the_others(bool isDeaf) => CutNetworks.OneWayAsync(isDeaf, Watched, output.WriteLine);

    [Fact]
    public Task N02_a_leader_that_hears_and_is_not_heard_is_replaced_and_stops_leading() => CutNetworks.UnheardLeaderAsync(output.WriteLine);

    [Fact]
    public Task N03_two_sides_that_only_one_server_sees_have_one_leader_and_keep_it() => CutNetworks.BridgeAsync(Watched, output.WriteLine);

    [Fact]
    public Task N08_a_recorded_connection_that_is_played_again_is_closed() => new ReplayedBytes(output.WriteLine).RunAsync();

    [Fact]
    public Task N09_flipped_bits_close_connections_and_reach_no_log() => new FlippedBits(perMillion: 20, flips: 20, valueBytes: 1000, output.WriteLine).RunAsync();

    [Fact]
    public Task N04_the_only_server_that_sees_a_quorum_comes_to_lead() => CutNetworks.QuorumLossAsync(Watched, output.WriteLine);
}
