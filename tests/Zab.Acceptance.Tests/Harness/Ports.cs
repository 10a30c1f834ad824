using System.Net;
using System.Net.Sockets;

namespace Zab.Acceptance;

/// <summary>Ports of loopback that nobody listens on, below those that the system gives to whoever names none: a connection or a proxy cannot take one between here and the start of its server.</summary>
internal static class Ports
{
    private const int First = 10_000, Count = 22_000;

    private static int _next = Environment.ProcessId * 64 % Count;          // Where other runs at the same time hardly look.

    /// <summary>They are all different, also from those given before, until all have been given once.</summary>
    internal static int[] Free(int count)
    {
        var ports = new List<int>();
        for (int tries = 0; ports.Count < count; tries++)
        {
            if (tries == Count) throw new AcceptanceException($"{count} ports are needed, and of {First} to {First + Count - 1} only {ports.Count} are free");
            int port = First + ((Interlocked.Increment(ref _next) & int.MaxValue) % Count);
            if (IsFree(port)) ports.Add(port);
        }

        return [.. ports];
    }

    private static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Loopback, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
