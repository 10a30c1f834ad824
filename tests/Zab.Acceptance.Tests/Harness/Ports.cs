using System.Net;
using System.Net.Sockets;

namespace Zab.Acceptance;

/// <summary>Ports of loopback that nobody listens on.</summary>
internal static class Ports
{
    /// <summary>They are all different, because all are held until the last one is known.</summary>
    internal static int[] Free(int count)
    {
        var listeners = new List<TcpListener>();
        try
        {
            for (int i = 0; i < count; i++)
            {
                var listener = new TcpListener(IPAddress.Loopback, 0);
                listener.Start();
                listeners.Add(listener);
            }

            return [.. listeners.Select(static l => ((IPEndPoint)l.LocalEndpoint).Port)];
        }
        finally
        {
            foreach (TcpListener listener in listeners) listener.Dispose();
        }
    }
}
