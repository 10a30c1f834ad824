using Zab.Core;

namespace Zab.Tests.Peers;

/// <summary>What the stories have in common: ensembles that were founded, or lead already, and what is done to them.</summary>
internal static class Stories
{
    internal static readonly TimeSpan Bound = TimeSpan.FromSeconds(10);

    internal static ModelNet Three() => Founded(3);

    /// <summary>Founded, not started.</summary>
    internal static ModelNet Founded(int voters, ulong seed = 11)
    {
        var net = new ModelNet(seed, [.. Enumerable.Range(1, voters).Select(static id => new ServerId((uint)id))]);
        Ensemble record = new(Zxid.None, net.Members.Voters.Select(voter => voter with { Incarnation = net.Servers[voter.Id].Disk.HardState.Incarnation }));
        foreach (ModelServer server in net.Servers.Values)
            server.Disk.Do(new Output.SaveHardState(default, server.Disk.HardState with { ClusterId = record.FoundingClusterId(), Founding = record, Founded = true }));
        return net;
    }

    internal static ModelNet Established(out ModelServer leader)
    {
        ModelNet net = Three();
        net.StartAll();
        net.RunUntil(() => net.Servers.Values.All(static s => s.Peer!.Role is Role.Leading or Role.Following), Bound);
        leader = net.Leader!;
        Submit(leader, "first");
        net.RunUntil(() => net.Servers.Values.All(static s => s.Applied.Counter == 1), Bound);
        return net;
    }

    internal static ModelServer[] Others(ModelNet net, ModelServer leader) => [.. net.Servers.Values.Where(server => server != leader)];

    internal static void Submit(ModelServer server, string text) => server.Step(new Input.Submit([new ProposalRequest(1, System.Text.Encoding.UTF8.GetBytes(text))]));

    internal static bool Is(Entry entry, string text) => entry.Payload.Span.SequenceEqual(System.Text.Encoding.UTF8.GetBytes(text));

    internal static void Promise(ModelServer server, uint epoch) => server.Disk.Do(new Output.SaveHardState(default, server.Disk.HardState with { AcceptedEpoch = epoch, CurrentEpoch = epoch }));

    internal static void Log(ModelServer server, params (uint Epoch, uint Count)[] epochs)
    {
        foreach ((uint epoch, uint count) in epochs)
            for (uint k = 1; k <= count; k++) server.Disk.Do(new Output.Append(default, [Entry.After(server.Disk.Last, new Zxid(epoch, k), 1, EntryType.Request, "old"u8.ToArray())]));
    }
}
