using Zab.Core;
using Zab.Replica;

namespace ZabWalkthrough.Chapters;

internal sealed class WriteThroughFollower : IChapter
{
    public string Title => "3. A write through a follower";

    public void Tell(Stage stage)
    {
        stage.Start(1, 2, 3, 4, 5);
        stage.UntilCalm();
        stage.SetAndWait(1, "K0", "V0");
        stage.UntilCalm();
        stage.Say("Server 5 leads. Server 2 is cut off, and cannot answer. A client writes K1 = V1 at server 1, which is a follower.");
        for (uint other = 1; other <= 5; other++)
            if (other != 2) stage.Network.Cut(new ServerId(2), new ServerId(other));
        stage.Tell(static message => message is Message.Request or Message.Proposal or Message.Ack or Message.Commit);
        Call call = stage.Set(1, "K1", "V1");
        stage.Until(() => call.Answer.IsCompleted, "the write is answered");
        stage.Run(0.1);
        stage.Tell(static _ => false);
        stage.Require(call.Answer.IsCompletedSuccessfully, "1 handed the request to the leader; the leader proposed it to all, and committed it when a majority, itself included, had it on their disks");
        foreach (uint id in (uint[])[1, 3, 4, 5]) stage.Until(() => stage.Local(id, "K1") == "V1", $"server {id} has applied the write");
        stage.Require(stage.Local(2, "K1") is null, "1, 3, 4 and 5 have V1, server 2 does not: the write did not wait for it");
        stage.Run(2);
        stage.Show();

        stage.Say("Server 2 can be reached again. It looks for the leader, and is brought up to date.");
        stage.Tell(static message => message is Message.LearnerInfo or Message.LeaderInfo or Message.AckEpoch or Message.Diff or Message.NewLeader or Message.AckNewLeader or Message.UpToDate);
        stage.Network.HealAll();
        stage.UntilCalm();
        stage.Tell(static _ => false);
        stage.Require(stage.Local(2, "K1") == "V1", "server 2 is equal to the others");
        stage.Show();
    }
}
