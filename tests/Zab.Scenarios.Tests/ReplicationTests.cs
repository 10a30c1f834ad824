using Xunit;

namespace Zab.Scenarios;

public sealed class ReplicationTests
{
    [Fact]
    public void A_write_at_a_follower_is_read_at_every_server()
    {
        Story story = Story.Running(voters: 3);
        uint follower = story.World.Servers.First(server => server != story.Leader).Id.Value;
        story.Written(follower, "k", "v");
        foreach (uint server in (uint[])[1, 2, 3]) Assert.Equal("v", story.Read(server, "k"));
        story.UntilAllEqual();
    }
}
