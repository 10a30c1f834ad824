using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace Zab.Acceptance;

/// <summary>The network between the servers of an ensemble, in this process: a listener on loopback for each server that dials and each that it dials.</summary>
/// <remarks>Every server has a start list of its own, in which the others' addresses are those of the listeners for it; addresses are not compared.</remarks>
internal sealed class Network : IAsyncDisposable
{
    private readonly SortedDictionary<(uint From, uint To), Way> _ways = [];
    private readonly Dictionary<(uint Dialer, uint Dialed), Socket> _listeners = [];
    private readonly ConcurrentDictionary<ProxiedConnection, (uint Dialer, uint Dialed)> _connections = [];
    private readonly ConcurrentDictionary<(uint Dialer, uint Dialed), Func<Socket, Task>> _impostors = [];
    private readonly ConcurrentQueue<Recording> _recordings = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<Task, bool> _running = [];
    private volatile bool _isRecording;

    /// <param name="ports">The peer port of each server, by its id.</param>
    /// <param name="seed">Of the bits that are flipped.</param>
    internal Network(IReadOnlyDictionary<uint, int> ports, ulong seed = 1)
    {
        var random = new DeterministicRandom(seed);
        foreach (uint from in ports.Keys)
            foreach (uint to in ports.Keys.Where(to => to != from)) _ways[(from, to)] = new Way(new DeterministicRandom(random.NextUInt64()));
        foreach ((uint dialer, uint dialed) in _ways.Keys) _listeners[(dialer, dialed)] = Listen(dialer, dialed, ports[dialed]);
    }

    internal IEnumerable<Way> Ways => _ways.Values;

    /// <summary>The connections that were opened while it was recorded.</summary>
    internal IReadOnlyCollection<Recording> Recordings => _recordings;

    /// <summary>The way of bytes from one server to another.</summary>
    internal Way this[uint from, uint to] => _ways[(from, to)];

    /// <summary>Where <paramref name="dialer"/> finds <paramref name="dialed"/>.</summary>
    internal int PortFor(uint dialer, uint dialed) => ((IPEndPoint)_listeners[(dialer, dialed)].LocalEndPoint!).Port;

    internal void Record() => _isRecording = true;

    /// <summary>Cuts both ways between any two servers of which <paramref name="areCut"/> says so, and makes all others whole.</summary>
    internal void CutBetween(Func<uint, uint, bool> areCut)
    {
        foreach (((uint from, uint to), Way way) in _ways)
        {
            if (areCut(from, to) || areCut(to, from)) way.Cut();
            else way.Restore();
        }
    }

    internal void RestoreAll() => CutBetween(static (_, _) => false);

    /// <summary>From now on, who dials is answered by <paramref name="impostor"/> instead; by the server again, if null.</summary>
    internal void Impersonate(uint dialer, uint dialed, Func<Socket, Task>? impostor)
    {
        if (impostor is null) _impostors.TryRemove((dialer, dialed), out _);
        else _impostors[(dialer, dialed)] = impostor;
    }

    /// <summary>Ends every connection of a server, with what is underway on it: as when its machine loses power, and not only its process its life.</summary>
    internal void BreakConnectionsOf(uint server)
    {
        foreach ((ProxiedConnection connection, (uint dialer, uint dialed)) in _connections)
            if (server == dialer || server == dialed) connection.Break();
    }

    private Socket Listen(uint dialer, uint dialed, int port)
    {
        var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen(512);
        Run(async () =>
        {
            while (true)
            {
                Socket accepted = await listener.AcceptAsync(_stopping.Token);
                Run(() => ServeAsync(accepted, dialer, dialed, port));
            }
        });
        return listener;
    }

    /// <summary>Over a way that is cut nobody is reached, and over a way back that is cut nobody hears that nobody is there.</summary>
    private async Task ServeAsync(Socket accepted, uint dialer, uint dialed, int port)
    {
        (Way there, Way back) = (this[dialer, dialed], this[dialed, dialer]);
        using Socket half = accepted;
        if (_impostors.TryGetValue((dialer, dialed), out Func<Socket, Task>? impostor))
        {
            await impostor(half);
            return;
        }

        using var other = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        half.NoDelay = true;
        await there.WholeAsync(_stopping.Token);
        try
        {
            await other.ConnectAsync(IPAddress.Loopback, port, _stopping.Token);
        }
        catch (SocketException)
        {
            await back.WholeAsync(_stopping.Token);
            return;
        }

        Recording? recording = _isRecording ? new Recording(dialer, dialed) : null;
        if (recording is not null) _recordings.Enqueue(recording);
        var connection = new ProxiedConnection(half, other, there, back, recording);
        _connections[connection] = (dialer, dialed);
        await connection.RunAsync(_stopping.Token);
        _connections.TryRemove(connection, out _);
    }

    /// <summary>Runs work that ends with the network; how it ends does not matter: a server went away, or the network did.</summary>
    private void Run(Func<Task> work)
    {
        Task task = Task.Run(async () =>
        {
            try
            {
                await work();
            }
            catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
            {
                // As above.
            }
        });
        _running[task] = true;
        task.ContinueWith(static (ended, running) => ((ConcurrentDictionary<Task, bool>)running!).TryRemove(ended, out _), _running, TaskScheduler.Default);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        foreach (Socket listener in _listeners.Values) listener.Dispose();
        await Task.WhenAll(_running.Keys);
        _stopping.Dispose();
    }
}
