using Zab;
using Zab.Core;

namespace ZabWalkthrough.Chapters;

internal sealed class StaleRead : IChapter
{
    public string Title => "4. What a read may see";

    public void Tell(Stage stage)
    {
        stage.Start(1, 2, 3, 4, 5);
        stage.UntilCalm();
        stage.SetAndWait(1, "K1", "V1");
        stage.UntilCalm();
        stage.Say("K1 is V1 on all servers. Packets from the leader, server 5, to server 2 now take up to 200 ms. A client changes K1 to V2 at server 1, is answered, and reads at server 2.");
        stage.Network[new ServerId(5), new ServerId(2)].DelayTicks = 200 * TimeSpan.TicksPerMillisecond;
        Zxid written = stage.SetAndWait(1, "K1", "V2");
        stage.Require(stage.Local(2, "K1") == "V1", "a Local read at server 2 is V1: quick, and old");
        stage.Require(stage.AtLeast(2, "K1", written) == "V2", $"the same read in the session that wrote waits until server 2 has applied {written}, and is V2");

        stage.Say("Somebody else, who knows nothing of that session, reads at server 2 while a third value is on its way.");
        stage.SetAndWait(1, "K1", "V3");
        stage.Require(stage.Local(2, "K1") == "V2", "a Local read is V2, which is old by now");
        stage.Require(stage.Linearizable(2, "K1") == "V3", "a Linearizable read asks the leader, which asks a majority whether it still leads; then it waits, and is V3");
        stage.Show();
    }
}
