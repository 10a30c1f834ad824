using Zab.Core;
using Zab.Wire;

namespace Zab.Transport;

/// <summary>Whether a server that says hello is let in.</summary>
internal static class HelloRules
{
    // case  refused is a hello
    //  A    of an unknown version
    //  B    meant for another server: an address in the dialer's start list is wrong
    //  C    from this server's own id, or from one that is not in the start list
    //  D    from another cluster, where both have one
    //  E    for a channel that is open, or one more than a learner needs
    /// <summary>Why <paramref name="hello"/> is refused; null where it is welcome.</summary>
    internal static string? Refusal(LocalServer local, ChannelTable channels, Hello hello, ClusterId cluster)
    {
        if (hello.Version != Hello.CurrentVersion)
            return $"protocol version {hello.Version} is not known here; this server speaks version {Hello.CurrentVersion}";                              // A
        if (hello.To != local.Id)
            return $"this is server {local.Id}, not {hello.To}; correct the address of server {hello.To} in the start list of server {hello.From}";       // B
        if (hello.From == local.Id)
            return $"server {hello.From} is this server itself; two servers were started with one id";                                                    // C
        if (!local.Servers.ContainsKey(hello.From))
            return $"server {hello.From} is not in the start list of server {local.Id}";                                                                  // C
        if (!local.MayShareClusterWith(cluster))
            return $"server {hello.From} belongs to cluster {cluster}, this server to {local.Cluster}; one of the two has the data directory of another"; // D
        return hello.Kind == ConnectionKind.Channel ? channels.Refusal(hello.Channel, hello.From) : null;                                                 // E
    }
}
