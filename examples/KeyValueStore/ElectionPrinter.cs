using Zab;

namespace KeyValueStore;

/// <summary>Tells on the console what the servers of this process come to, as they come to it.</summary>
internal sealed class ElectionPrinter(IReadOnlyList<IZabServer> servers, string http)
{
    private static readonly TimeSpan _period = TimeSpan.FromMilliseconds(25);
    private readonly string[] _said = new string[servers.Count];
    private bool _hasToldWhatToTry;

    internal async Task RunAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(_period);
        try
        {
            do Look();
            while (await timer.WaitForNextTickAsync(stopping));
        }
        catch (OperationCanceledException)
        {
            // The program stops.
        }
    }

    private void Look()
    {
        for (int i = 0; i < servers.Count; i++)
        {
            string text = Describe(servers[i].Status);
            if (text == _said[i]) continue;
            _said[i] = text;
            Console.WriteLine(text);
        }

        if (_hasToldWhatToTry || !servers.All(static server => server.Status.IsServing)) return;
        _hasToldWhatToTry = true;
        Console.WriteLine($"""

            HTTP on {http}. Try:
              curl -i -X PUT -d world {http}/kv/hello
              curl -i {http}/kv/hello
              curl -X POST {http}/kv/visits/increment
              curl {http}/status

            """);
    }

    private static string Describe(ZabServerStatus status) => status.Role switch
    {
        ZabRole.Leader => $"server {status.ServerId} leads epoch {status.Epoch}",
        ZabRole.Follower or ZabRole.Observer when status.IsServing => $"server {status.ServerId} follows server {status.Leader} in epoch {status.Epoch}{(status.Role == ZabRole.Observer ? " as an observer" : "")}",
        _ => $"server {status.ServerId} is {status.Role.ToString().ToLowerInvariant()}{(status.Reason is { } reason ? $": {reason}" : "")}",
    };
}
