using Zab.Core;

namespace Zab.Testing.Checks;

/// <summary>I22: the state that a linearizable read is to wait for holds all that was committed, by whichever leader, when the read was asked for.</summary>
/// <remarks>Clients would notice an older one only where somebody had been answered meanwhile, and the state they read was that old, too.</remarks>
internal sealed class Freshness(Run run)
{
    internal void Asked(ServerRecord server, ulong read) => server.Reads[read] = run.Committed;

    internal static void Answered(ServerRecord server, Output.ReadReady ready)
    {
        if (!server.Reads.Remove(ready.Id, out Zxid committed) || ready.Zxid is not { } zxid) return;
        Rule.Require("I22", zxid >= committed, $"server {server.Id} reads at {zxid}, and {committed} was committed when it asked");
    }
}
