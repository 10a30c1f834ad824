using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using Zab.Hosting;
using Zab.Replica;

namespace Zab;

/// <summary>What a server of an ensemble runs.</summary>
public interface IZabBuilder
{
    /// <summary>The services of the application.</summary>
    IServiceCollection Services { get; }

    /// <summary>Makes a replicated class part of the ensemble's state, and its client injectable. Register the same classes on every server.</summary>
    /// <exception cref="InvalidOperationException">The class, or another one with its id, is registered already.</exception>
    IZabBuilder AddReplicated<T>()
        where T : class, IReplicated<T>;
}

/// <summary>Makes an application a server of an ensemble.</summary>
public static class ZabHostingExtensions
{
    /// <summary>Runs a server of an ensemble with this application, configured by section <c>Zab</c>, validated at start; without it, an ensemble of one in <c>./data</c>.</summary>
    /// <param name="builder">The application, with or without a web server.</param>
    /// <param name="configure">Changes what the configuration says.</param>
    public static IZabBuilder AddZab(this IHostApplicationBuilder builder, Action<ZabOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        IServiceCollection services = builder.Services;
        if (!services.Any(static service => service.ServiceType == typeof(ZabServer))) AddServer(builder);
        if (configure is not null) services.Configure(configure);
        return new ZabBuilder(services);
    }

    /// <summary>Reports whether calls can be made through this server.</summary>
    public static IHealthChecksBuilder AddZab(this IHealthChecksBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.AddCheck<ZabHealthCheck>(ZabHealthCheck.Name);
    }

    private static void AddServer(IHostApplicationBuilder builder)
    {
        IServiceCollection services = builder.Services;
        services.AddSingleton<IConfigureOptions<ZabOptions>>(new ZabOptionsReader(builder.Configuration));
        services.AddSingleton<IValidateOptions<ZabOptions>, ZabOptionsValidator>();
        services.AddOptions<ZabOptions>().ValidateOnStart();

        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(static provider => new ReplicatedClasses(provider.GetServices<ReplicatedClass>()));
        services.AddSingleton(static provider => ReplicaOptionsFactory.MakeCalls(Options(provider)));
        services.AddSingleton(static provider => new CallTable(provider.GetRequiredService<ReplicatedClasses>(), provider.GetRequiredService<CallTableOptions>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<LocalReads>();
        services.AddSingleton<ZabConnection, LocalConnection>();
        services.AddSingleton<IZabSessions, LocalSessions>();
        services.AddSingleton(static provider => new ZabServer(Options(provider).ServerId));
        services.AddSingleton<IZabServer>(static provider => provider.GetRequiredService<ZabServer>());
        services.TryAddSingleton<IDataDirectories, DataDirectories>();
        services.TryAddSingleton<ReplicaLauncher>(static provider => new ReplicaStart(provider.GetRequiredService<IDataDirectories>(), provider.GetRequiredService<TimeProvider>()).LaunchAsync);
        services.AddHostedService<ZabHostedService>();
    }

    private static ZabOptions Options(IServiceProvider provider) => provider.GetRequiredService<IOptions<ZabOptions>>().Value;

    private sealed class ZabBuilder(IServiceCollection services) : IZabBuilder
    {
        public IServiceCollection Services => services;

        public IZabBuilder AddReplicated<T>()
            where T : class, IReplicated<T>
        {
            ReplicatedClass added = ReplicatedClass.Of<T>();
            IEnumerable<ReplicatedClass> before = services.Select(static service => service.ServiceType == typeof(ReplicatedClass) ? service.ImplementationInstance : null).OfType<ReplicatedClass>();
            try
            {
                _ = new ReplicatedClasses([.. before, added]);
            }
            catch (ArgumentException e)
            {
                throw new InvalidOperationException(e.Message, e);
            }

            services.AddSingleton(added);
            T.AddClient(services);
            return this;
        }
    }
}
