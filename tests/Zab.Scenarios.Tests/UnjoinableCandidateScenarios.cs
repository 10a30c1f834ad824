using Xunit;
using Zab.Core;

namespace Zab.Scenarios;

/// <summary>L7, N02. Found by a random history: the best candidate is heard by all, and hears nobody, so that it is elected for ever and never joined.</summary>
public sealed class UnjoinableCandidateScenarios
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void N02_a_candidate_that_is_heard_and_cannot_be_joined_does_not_keep_the_others_from_a_leader(bool isDeaf)
    {
        var story = new Story(voters: 3);
        foreach (uint other in (uint[])[1, 2])
        {
            if (isDeaf) story.Network.Block(new ServerId(other), new ServerId(3));
            else story.Network.Block(new ServerId(3), new ServerId(other));
        }

        story.Start(1, 2, 3);
        story.Until(() => story[1].Life!.Peer.Leader is { Value: 1 or 2 } leader && story[2].Life!.Peer.Leader == leader, "1 and 2 have a leader of their own");
        story.Written(1, "k", "v");
    }

    [Fact]
    public void L7_two_that_cannot_be_joined_take_turns_and_are_passed_over_too()
    {
        var story = new Story(voters: 5);
        foreach (uint deaf in (uint[])[4, 5])
            foreach (uint other in (uint[])[1, 2, 3]) story.Network.Block(new ServerId(other), new ServerId(deaf));
        story.Start(1, 2, 3, 4, 5);
        story.Until(() => story[1].Life!.Peer.Leader is { Value: < 4 } leader && story[2].Life!.Peer.Leader == leader && story[3].Life!.Peer.Leader == leader, "1, 2 and 3 have a leader of their own", seconds: 120);
        story.Written(1, "k", "v");
    }
}
