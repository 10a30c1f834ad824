using Zab.Core;
using Zab.Replica;
using Zab.Storage;

namespace Zab.Hosting;

/// <summary>Data directories on the file system.</summary>
internal sealed class DataDirectories : IDataDirectories
{
    private readonly FileDisk _disk = new();

    public IStore Open(ReplicaOptions options) => DiskStore.Open(_disk, Of(options));

    public void Init(ReplicaOptions options, string name, Ensemble founding) => DiskStore.Init(_disk, Of(options), name, founding);

    private static StoreOptions Of(ReplicaOptions options) => new() { Directory = options.DataDirectory, ServerId = options.ServerId };
}
