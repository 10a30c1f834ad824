using Zab.Core;

namespace ZabWalkthrough.Chapters;

internal sealed class FirstStart : IChapter
{
    public string Title => "1. Five servers start for the first time, one after the other";

    public void Tell(Stage stage)
    {
        stage.Say("Five servers with the ids 1 to 5, all empty. A leader needs a majority: three votes. Better is who has the newer epoch, then the larger zxid, then the larger id; here only the id differs.");
        stage.Tell(static message => message is Message.Vote { State: VoteState.Looking });

        stage.Start(1);
        stage.Run(0.15);
        stage.Require(stage.RoleOf(1) == Role.Looking, "server 1 votes for itself, has 1 vote of 3, and stays LOOKING");

        stage.Start(2);
        stage.Run(0.15);
        stage.Require(stage.RoleOf(1) == Role.Looking && stage.RoleOf(2) == Role.Looking, "server 1 changes its vote to 2, whose id is larger; 2 votes are no majority, so 1 and 2 stay LOOKING");

        stage.Start(3);
        stage.Until(() => stage.LeaderId is not null, "somebody leads");
        stage.Tell(static _ => false);
        stage.UntilCalm();
        stage.Require(stage.LeaderId == 3, "server 3 has all three votes, which are a majority: it is LEADING, and 1 and 2 are FOLLOWING");

        stage.Start(4);
        stage.UntilCalm();
        stage.Require(stage.LeaderId == 3 && stage.RoleOf(4) == Role.Following, "server 4 finds a leader that a majority follows, and follows it, although 4 > 3");

        stage.Start(5);
        stage.UntilCalm();
        stage.Require(stage.LeaderId == 3 && stage.RoleOf(5) == Role.Following, "so does server 5: the leader is still 3, in epoch 1");
        stage.Show();
    }
}
