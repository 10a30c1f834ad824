namespace ZabWalkthrough.Chapters;

internal sealed class LaterStart : IChapter
{
    public string Title => "2. Not the first start: the longest history wins";

    public void Tell(Stage stage)
    {
        stage.Say("The five have worked together. Then 4 and 5 crash, and 1, 2 and 3, a majority, go on writing.");
        stage.Start(1, 2, 3, 4, 5);
        stage.UntilCalm();
        stage.SetAndWait(1, "K1", "V1");
        stage.UntilCalm();
        stage[4].Kill();
        stage[5].Kill();
        stage.Until(() => stage.LeaderId is { } leader && leader < 4, "1, 2 and 3 have a leader");
        stage.SetAndWait(1, "K1", "V2");
        stage.UntilCalm();
        stage.Show();

        stage.Say("Everything is switched off. 1, 4 and 5 come back: a majority, in which only 1 has seen the last write.");
        foreach (uint id in (uint[])[1, 2, 3]) stage[id].Kill();
        stage.Start(1, 4, 5);
        stage.UntilCalm();
        stage.Require(stage.LeaderId == 1, "server 1 leads, although 4 and 5 have larger ids: its zxid is the largest");
        stage.Require(stage.Local(5, "K1") == "V2", "4 and 5 have got from it what they had missed");
        stage.Show();

        stage.Say("2 and 3 return as well, and all are equal. Then everything is switched off and on again.");
        stage.Start(2, 3);
        stage.UntilCalm();
        foreach (uint id in (uint[])[1, 2, 3, 4, 5]) stage[id].Kill();
        stage.Start(1, 2, 3, 4, 5);
        stage.UntilCalm();
        stage.Require(stage.LeaderId == 5, "with equal zxids the largest id wins: server 5 leads");
        stage.Show();
    }
}
