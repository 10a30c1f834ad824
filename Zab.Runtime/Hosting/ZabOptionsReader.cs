using System.Globalization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Zab.Hosting;

/// <summary>Reads section <c>Zab</c>, without reflection. What it cannot read, <see cref="ZabOptionsValidator"/> reports at start.</summary>
internal sealed class ZabOptionsReader(IConfiguration configuration) : IConfigureOptions<ZabOptions>
{
    internal const string SectionName = "Zab";

    public void Configure(ZabOptions options)
    {
        IConfigurationSection section = configuration.GetSection(SectionName);
        List<string> mistakes = options.Mistakes;
        Read(section, "ServerId", mistakes, "a number from 1 to 4294967295", static (string text, out uint value) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value), value => options.ServerId = value);
        if (section["DataDirectory"] is { } directory) options.DataDirectory = directory;
        foreach (IConfigurationSection server in section.GetSection("Servers").GetChildren()) options.Servers[server.Key] = server.Value ?? "";
        Read(section, "SnapshotEveryBytes", mistakes, "a number of bytes", static (string text, out long value) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value), value => options.SnapshotEveryBytes = value);
        ReadTime(section, "CallTimeout", mistakes, value => options.CallTimeout = value);
        ReadTime(section, "SessionTimeout", mistakes, value => options.SessionTimeout = value);
        ReadTime(section, "Timers:Tick", mistakes, value => options.Timers.Tick = value);
        ReadTime(section, "Timers:SyncLimit", mistakes, value => options.Timers.SyncLimit = value);
        ReadTime(section, "Timers:InitLimit", mistakes, value => options.Timers.InitLimit = value);
        ReadTime(section, "Timers:FinalizeWait", mistakes, value => options.Timers.FinalizeWait = value);
    }

    private static void ReadTime(IConfigurationSection section, string key, List<string> mistakes, Action<TimeSpan> set) =>
        Read(section, key, mistakes, "a time, for example 00:00:10", static (string text, out TimeSpan value) => TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out value), set);

    private static void Read<T>(IConfigurationSection section, string key, List<string> mistakes, string expected, TryParse<T> parse, Action<T> set)
    {
        if (section[key] is not { } text) return;
        if (parse(text, out T value)) set(value);
        else mistakes.Add($"{SectionName}:{key} is '{text}'; write {expected}");
    }

    private delegate bool TryParse<T>(string text, out T value);
}
