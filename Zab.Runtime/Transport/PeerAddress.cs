namespace Zab.Transport;

/// <summary>Where a server of the start list listens. The host is an address or a name; a name is looked up anew each time it is dialed.</summary>
internal sealed record PeerAddress(string Host, int Port)
{
    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
