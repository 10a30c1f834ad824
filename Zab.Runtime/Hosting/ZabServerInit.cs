using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Zab.Core;
using Zab.Hosting;
using Zab.Replica;

namespace Zab;

/// <summary>Founds an ensemble whose servers are started one by one, when not all of its voters can be there at once.</summary>
public static class ZabServerInit
{
    /// <summary>Writes the token into the fresh data directory of a server that <c>AddZab</c> configured, durably. Do so once, on every voter, with the same name and servers; then start them.</summary>
    /// <param name="services">The services of the host, which is not started.</param>
    /// <param name="name">The name of the ensemble; never used for another one.</param>
    /// <exception cref="OptionsValidationException">The configuration is not valid.</exception>
    /// <exception cref="InvalidOperationException">The directory is not fresh; nothing in it was changed.</exception>
    public static void Initialize(IServiceProvider services, string name)
    {
        ArgumentNullException.ThrowIfNull(services);
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ReplicaOptions options = ReplicaOptionsFactory.Make(services.GetRequiredService<IOptions<ZabOptions>>().Value);
        Ensemble founding = Ensemble.VotersOf(options.Servers.Select(static server => new Member(server.Id, IsVoter: !server.IsObserver, default)));
        try
        {
            services.GetRequiredService<IDataDirectories>().Init(options, name, founding);
        }
        catch (Storage.StorageException e)
        {
            throw new InvalidOperationException(e.Message, e);
        }
    }
}
