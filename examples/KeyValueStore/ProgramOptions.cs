using System.Globalization;
using Zab;

namespace KeyValueStore;

/// <summary>What the command line says.</summary>
internal sealed record ProgramOptions
{
    /// <summary>One server of an ensemble of processes; null: three servers in this process.</summary>
    internal uint? ServerId { get; private init; }

    internal Dictionary<string, string> Servers { get; private init; } = [];

    internal string DataDirectory { get; private init; } = "data";

    internal string Http { get; private init; } = "http://127.0.0.1:5080";

    internal long? SnapshotEvery { get; private init; }

    /// <summary>Write the token of this name into the data directory, and end.</summary>
    internal string? Init { get; private init; }

    internal LogLevel LogLevel { get; private init; } = LogLevel.Warning;

    /// <exception cref="UsageException">The command line cannot be understood.</exception>
    internal static ProgramOptions Parse(string[] args)
    {
        var options = new ProgramOptions();
        bool hasData = false;
        for (int i = 0; i < args.Length; i += 2)
        {
            if (args[i] is "--help" or "-h") throw new UsageException("");
            if (i + 1 >= args.Length) throw new UsageException($"{args[i]} needs a value");
            string value = args[i + 1];
            hasData |= args[i] == "--data";
            options = args[i] switch
            {
                "--server-id" => options with { ServerId = uint.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out uint id) ? id : throw new UsageException($"--server-id {value}: a server id is a number from 1") },
                "--servers" => options with { Servers = ParseServers(value) },
                "--data" => options with { DataDirectory = value },
                "--http" => options with { Http = Uri.TryCreate(value, UriKind.Absolute, out Uri? uri) && uri.Scheme == "http" ? value : throw new UsageException($"--http {value}: write it as http://127.0.0.1:5080") },
                "--snapshot-every" => options with { SnapshotEvery = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long bytes) && bytes > 0 ? bytes : throw new UsageException($"--snapshot-every {value}: write a number of bytes") },
                "--init" => options with { Init = value },
                "--log" => options with { LogLevel = Enum.TryParse(value, ignoreCase: true, out LogLevel level) ? level : throw new UsageException($"--log {value}: write one of {string.Join(", ", Enum.GetNames<LogLevel>())}") },
                _ => throw new UsageException($"{args[i]} is not known"),
            };
        }

        if (options.ServerId is null && (options.Servers.Count > 0 || options.Init is not null)) throw new UsageException("--servers and --init need --server-id");
        return options.ServerId is { } own && !hasData ? options with { DataDirectory = Path.Combine(options.DataDirectory, $"{own}") } : options;
    }

    internal void Configure(ZabOptions zab, uint serverId, string dataDirectory, Dictionary<string, string> servers)
    {
        zab.ServerId = serverId;
        zab.DataDirectory = dataDirectory;
        zab.Servers.Clear();
        foreach ((string id, string address) in servers) zab.Servers[id] = address;
        if (SnapshotEvery is { } bytes) zab.SnapshotEveryBytes = bytes;
    }

    /// <summary><c>1=127.0.0.1:7001,2=127.0.0.1:7002;observer</c>; the addresses themselves are checked when the server starts.</summary>
    private static Dictionary<string, string> ParseServers(string text)
    {
        var servers = new Dictionary<string, string>();
        foreach (string part in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            int equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0) throw new UsageException($"--servers: '{part}' is not id=host:port");
            if (!servers.TryAdd(part[..equals], part[(equals + 1)..])) throw new UsageException($"--servers: server {part[..equals]} stands twice in the list");
        }

        return servers;
    }
}

/// <summary>The command line cannot be understood.</summary>
internal sealed class UsageException(string message) : Exception(message);
