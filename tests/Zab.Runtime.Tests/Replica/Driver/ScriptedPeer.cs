using Zab.Core;
using Zab.Replica;

namespace Zab.Tests.Replica.Driver;

/// <summary>Asks for exactly this, when it is its turn.</summary>
internal sealed record Do(params Output[] Outputs) : Input;

/// <summary>A core that does what the test says: by <see cref="Do"/>, or in answer to an input.</summary>
internal sealed class ScriptedPeer(Journal journal, RecoveredState recovered)
{
    internal Func<Input, Output[]> Answer { get; set; } = static _ => [];

    internal PeerPart Part => new(Step, Picture);

    internal static PeerPicture Picture(RecoveredState recovered) =>
        new(Role.Looking, Leader: null, Epoch: 0, "scripted", IsRecovering: false, recovered.HardState, recovered.History.Last.Zxid, recovered.History.Last.Zxid, Zxid.None);

    private PeerPicture Picture() => Picture(recovered);

    private void Step(Instant now, Input input, Outputs outputs)
    {
        if (input is not Input.Tick) journal.Add($"step {Text(input)}");
        foreach (Output output in input is Do script ? script.Outputs : Answer(input)) outputs.Add(output);
    }

    private static string Text(Input input) => input switch
    {
        Input.WritesDone done => $"WritesDone {done.Through.Value}",
        Input.Submit submit => $"Submit {submit.Requests.Length}",
        Input.LogRead read => $"LogRead {read.Entries.Length}",
        Input.SnapshotRead read => $"SnapshotRead {read.Data.Length}",
        _ => input.GetType().Name,
    };
}
