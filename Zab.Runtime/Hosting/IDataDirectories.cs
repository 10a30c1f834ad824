using Zab.Core;
using Zab.Replica;
using Zab.Storage;

namespace Zab.Hosting;

/// <summary>Opens and founds data directories; the one place where hosting meets storage.</summary>
internal interface IDataDirectories
{
    /// <summary>Opens the data directory of a server, or makes it, and locks it for this process.</summary>
    /// <exception cref="StorageException">It cannot be used; the message says why.</exception>
    IStore Open(ReplicaOptions options);

    /// <summary>Writes the token into a fresh directory: its server is a voter with an empty history that counts.</summary>
    /// <exception cref="StorageException">The directory is not fresh; nothing in it was changed.</exception>
    void Init(ReplicaOptions options, string name, Ensemble founding);
}
