using Zab;
using Zab.Core;
using Zab.Replica;

namespace ZabWalkthrough.Chapters;

internal sealed class LeaderCrash : IChapter
{
    public string Title => "5. The leader crashes";

    public void Tell(Stage stage)
    {
        stage.Start(1, 2, 3, 4, 5);
        stage.UntilCalm();
        stage.SetAndWait(5, "K0", "V0");
        stage.UntilCalm();
        stage.Say("Server 5 leads. It commits V1 with 3 and 4 alone, and crashes before 1 and 2 have heard of it.");
        stage.Network.Block(new ServerId(5), new ServerId(1));
        stage.Network.Block(new ServerId(5), new ServerId(2));
        Zxid committed = stage.SetAndWait(5, "K1", "V1");
        stage.Require(stage.LastZxid(1) < committed && stage.LastZxid(2) < committed, $"V1 was acknowledged to its client, at {committed}; 1 and 2 do not have it");

        stage.Say("One more write reaches nobody: the leader has proposed it, written it to its own log, and is gone.");
        stage.Network.Block(new ServerId(5), new ServerId(3));
        stage.Network.Block(new ServerId(5), new ServerId(4));
        Call lost = stage.Set(5, "K1", "lost");
        stage.Until(() => stage.LastZxid(5) > committed, "the leader has logged it");
        Zxid proposed = stage.LastZxid(5);
        stage.Run(0.05);
        stage.Require(!lost.Answer.IsCompleted, $"nobody has acknowledged {proposed}, so its client has no answer");
        stage[5].Kill();

        stage.Tell(static message => message is Message.NewLeader or Message.Trunc or Message.Diff);
        stage.UntilCalm();
        stage.Tell(static _ => false);
        stage.Require(stage.LeaderId == 4, "server 4 leads: of those with the largest zxid, it has the largest id");
        foreach (uint id in (uint[])[1, 2, 3, 4]) stage.Require(stage.Local(id, "K1") == "V1", $"what was committed is committed on server {id}");
        stage.Show();

        stage.Say("Server 5 returns with a write in its log that nobody else has.");
        stage.Network.HealAll();
        stage.Tell(static message => message is Message.AckEpoch or Message.Trunc or Message.Diff or Message.NewLeader);
        stage.Start(5);
        stage.UntilCalm();
        stage.Tell(static _ => false);
        stage.Require(stage.Local(5, "K1") == "V1" && stage.LastZxid(5) == stage.LastZxid(4), $"{proposed}, which was only proposed, is gone from the log of server 5, which follows");
        stage.Show();
    }
}
