using Zab.Core;
using Zab.Replica;

namespace Zab.Hosting;

/// <summary>What the replica is started with, from options that were validated.</summary>
internal static class ReplicaOptionsFactory
{
    internal static ReplicaOptions Make(ZabOptions options)
    {
        var self = new ServerId(options.ServerId);
        IReadOnlyList<ServerAddress> servers = StartListReader.Read(options.Servers, mistakes: []);
        if (servers.Count == 0) servers = [new ServerAddress(self, "127.0.0.1", Port: 0, IsObserver: false)];      // Nobody else connects: any free port.
        return new ReplicaOptions
        {
            ServerId = self,
            DataDirectory = Path.GetFullPath(options.DataDirectory),
            Servers = servers,
            SnapshotEveryBytes = options.SnapshotEveryBytes,
            Peer = new PeerOptions
            {
                Tick = options.Timers.Tick,
                SyncLimit = options.Timers.SyncLimit,
                InitLimit = options.Timers.InitLimit,
                FinalizeWait = options.Timers.FinalizeWait,
            },
        };
    }

    internal static CallTableOptions MakeCalls(ZabOptions options) => new() { CallTimeout = options.CallTimeout, SessionTimeout = options.SessionTimeout };
}
