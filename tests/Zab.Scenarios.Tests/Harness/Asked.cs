using Zab.Core;

namespace Zab.Scenarios;

/// <summary>What a peer asked for in one step.</summary>
internal static class Asked
{
    internal static IEnumerable<T> For<T>(Outputs outputs)
        where T : Output
    {
        for (int i = 0; i < outputs.Count; i++)
            if (outputs[i] is T output) yield return output;
    }

    internal static IEnumerable<T> ToSend<T>(Outputs outputs)
        where T : Message => For<Output.Send>(outputs).Select(static send => send.Message).OfType<T>();

    internal static IEnumerable<Message.Vote> ToVote(Outputs outputs) => For<Output.SendPeer>(outputs).Select(static send => send.Message).OfType<Message.Vote>();

    /// <summary>Whether it says that it was elected.</summary>
    internal static bool ToBeElected(Outputs outputs) => For<Output.RoleChanged>(outputs).Any(static changed => changed.Reason?.StartsWith("elected", StringComparison.Ordinal) == true);

    /// <summary>The first configuration that it logs.</summary>
    internal static Zxid? ToLogConfig(Outputs outputs) =>
        For<Output.Append>(outputs).SelectMany(static append => append.Entries).FirstOrDefault(static entry => entry.Type == EntryType.Config)?.Zxid;
}
