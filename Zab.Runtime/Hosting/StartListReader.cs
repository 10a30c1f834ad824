using System.Globalization;
using Zab.Core;
using Zab.Replica;

namespace Zab.Hosting;

/// <summary>Reads the servers of the start list as they are written: <c>"1": "host:port"</c>, of an observer <c>"4": "host:port;observer"</c>.</summary>
internal static class StartListReader
{
    private const string Observer = ";observer";

    /// <summary>The servers, ascending by id; what is wrong is added to <paramref name="mistakes"/>.</summary>
    internal static IReadOnlyList<ServerAddress> Read(IEnumerable<KeyValuePair<string, string>> servers, List<string> mistakes)
    {
        var addresses = new List<ServerAddress>();
        foreach ((string id, string text) in servers)
        {
            if (!uint.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out uint number) || number == 0)
                mistakes.Add($"the server id '{id}' is no number from 1 to {uint.MaxValue}");
            else if (ReadAddress(new ServerId(number), text) is { } address)
                addresses.Add(address);
            else
                mistakes.Add($"the address of server {id} is '{text}'; write host:port, or host:port;observer, with a port from 1 to 65535");
        }

        foreach (IGrouping<ServerId, ServerAddress> same in addresses.GroupBy(static address => address.Id).Where(static group => group.Count() > 1))
            mistakes.Add($"server {same.Key} stands {same.Count()} times in the list");
        foreach (IGrouping<string, ServerAddress> same in addresses.GroupBy(static address => $"{address.Host}:{address.Port}", StringComparer.OrdinalIgnoreCase).Where(static group => group.Count() > 1))
            mistakes.Add($"servers {string.Join(" and ", same.Select(static address => address.Id))} have the same address {same.Key}");
        return [.. addresses.OrderBy(static address => address.Id)];
    }

    private static ServerAddress? ReadAddress(ServerId id, string text)
    {
        bool isObserver = text.EndsWith(Observer, StringComparison.OrdinalIgnoreCase);
        if (isObserver) text = text[..^Observer.Length];
        int colon = text.LastIndexOf(':');
        if (colon <= 0 || !ushort.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out ushort port) || port == 0) return null;
        string host = text[..colon];
        if (host is ['[', .. { } inner, ']']) host = inner;                         // An IPv6 address.
        else if (host.Contains(':')) return null;
        return host.Length == 0 || host.Any(static c => char.IsWhiteSpace(c) || c is ';' or ',' or '/') ? null : new ServerAddress(id, host, port, isObserver);
    }
}
