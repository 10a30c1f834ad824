using Microsoft.Extensions.Options;
using Zab.Core;
using Zab.Replica;

namespace Zab.Hosting;

/// <summary>Everything that can be said of a configuration before the server starts, in one message.</summary>
internal sealed class ZabOptionsValidator : IValidateOptions<ZabOptions>
{
    public ValidateOptionsResult Validate(string? name, ZabOptions options)
    {
        List<string> mistakes = [.. options.Mistakes];
        IReadOnlyList<ServerAddress> servers = StartListReader.Read(options.Servers, mistakes);
        bool isListRead = mistakes.Count == options.Mistakes.Count;
        if (options.ServerId == 0) mistakes.Add("the server id is 0; server ids begin at 1");
        else if (isListRead && servers.Count > 0 && servers.All(server => server.Id.Value != options.ServerId)) mistakes.Add($"this server is {options.ServerId}, and the list of servers has {string.Join(", ", servers.Select(static server => server.Id))}; add it, or set another ServerId");
        if (isListRead && servers.Count > 0 && servers.All(static server => server.IsObserver)) mistakes.Add("every server is an observer; at least one must vote");
        if (servers.Count > Limits.MembersMax) mistakes.Add($"the list has {servers.Count} servers; an ensemble has at most {Limits.MembersMax}");
        if (string.IsNullOrWhiteSpace(options.DataDirectory)) mistakes.Add("the data directory is empty; name the directory for log and snapshots");
        if (options.SnapshotEveryBytes <= 0) mistakes.Add($"SnapshotEveryBytes is {options.SnapshotEveryBytes}; it is the number of bytes of log between two snapshots, at least 1");
        ValidateTimes(options, mistakes);
        return mistakes.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(mistakes.Select(static mistake => $"Zab cannot start: {mistake}."));
    }

    private static void ValidateTimes(ZabOptions options, List<string> mistakes)
    {
        InRange("CallTimeout", options.CallTimeout, TimeSpan.FromMilliseconds(1), TimeSpan.FromDays(1), mistakes);
        InRange("SessionTimeout", options.SessionTimeout, TimeSpan.FromSeconds(1), TimeSpan.FromDays(3650), mistakes);
        ZabTimers timers = options.Timers;
        InRange("Timers:Tick", timers.Tick, TimeSpan.FromMilliseconds(1), TimeSpan.FromMinutes(1), mistakes);
        InRange("Timers:SyncLimit", timers.SyncLimit, 2 * timers.Tick, TimeSpan.FromHours(1), mistakes);
        InRange("Timers:InitLimit", timers.InitLimit, timers.SyncLimit, TimeSpan.FromHours(1), mistakes);
        InRange("Timers:FinalizeWait", timers.FinalizeWait, TimeSpan.Zero, timers.InitLimit, mistakes);
    }

    private static void InRange(string what, TimeSpan value, TimeSpan min, TimeSpan max, List<string> mistakes)
    {
        if (value < min || value > max) mistakes.Add($"{what} is {value}; it must be from {min} to {max}");
    }
}
