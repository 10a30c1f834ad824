using System.Net;
using System.Net.Sockets;
using Zab;

namespace KeyValueStore;

/// <summary>Three servers of an ensemble in one process: each with its own host, log and TCP port, as if they were apart.</summary>
internal sealed class EnsembleInOneProcess : IServing, IAsyncDisposable
{
    private const int FirstPort = 7001;
    private readonly Member[] _members;

    private EnsembleInOneProcess(Member[] members) => _members = members;

    public IKeyValue KeyValue => Serving.Host.Services.GetRequiredService<IKeyValue>();

    public IZabSessions Sessions => Serving.Host.Services.GetRequiredService<IZabSessions>();

    public IZabServer Here => Serving.Server;

    internal IEnumerable<IZabServer> Servers => _members.Select(static member => member.Server);

    /// <summary>The first one, or another where that one does not serve.</summary>
    private Member Serving => Array.Find(_members, static member => member.Server.Status.IsServing) ?? _members[0];

    public IZabServer? Find(uint serverId) => Servers.FirstOrDefault(server => server.Status.ServerId == serverId);

    internal static EnsembleInOneProcess Build(ProgramOptions options, int count = 3)
    {
        Dictionary<string, string> servers = Addresses(count);
        return new EnsembleInOneProcess([.. servers.Keys.Select(id => new Member(BuildHost(options, id, servers)))]);
    }

    /// <summary>Starts all of them; where one fails later, the whole program stops.</summary>
    internal async Task StartAsync(IHostApplicationLifetime program)
    {
        foreach (Member member in _members)
            member.Host.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(program.StopApplication);
        await Task.WhenAll(_members.Select(static member => member.Host.StartAsync()));
    }

    internal Task StopAsync() => Task.WhenAll(_members.Select(static member => member.Host.StopAsync()));

    public async ValueTask DisposeAsync()
    {
        foreach (Member member in _members) await ((IAsyncDisposable)member.Host).DisposeAsync();
    }

    private static IHost BuildHost(ProgramOptions options, string id, Dictionary<string, string> servers)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings());
        builder.Logging.AddSimpleConsole(static console => console.SingleLine = true).SetMinimumLevel(options.LogLevel);
        builder.Services.AddSingleton<IHostLifetime, NoLifetime>();
        builder.AddZab(zab => options.Configure(zab, uint.Parse(id), Path.Combine(options.DataDirectory, id), servers)).AddReplicated<KeyValue>();
        return builder.Build();
    }

    /// <summary>The fixed ports, or free ones: addresses come from this list at each start, and are not stored.</summary>
    private static Dictionary<string, string> Addresses(int count)
    {
        int[] ports = [.. Enumerable.Range(FirstPort, count)];
        if (!ports.All(IsFree)) ports = FreePorts(count);
        return Enumerable.Range(1, count).ToDictionary(static id => $"{id}", id => $"127.0.0.1:{ports[id - 1]}");
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int[] FreePorts(int count)
    {
        TcpListener[] listeners = [.. Enumerable.Range(0, count).Select(static _ => new TcpListener(IPAddress.Loopback, 0))];
        foreach (TcpListener listener in listeners) listener.Start();
        int[] ports = [.. listeners.Select(static listener => ((IPEndPoint)listener.LocalEndpoint).Port)];
        foreach (TcpListener listener in listeners) listener.Dispose();
        return ports;
    }

    private sealed record Member(IHost Host)
    {
        internal IZabServer Server { get; } = Host.Services.GetRequiredService<IZabServer>();
    }

    /// <summary>Signals are the program's, not each server's.</summary>
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
