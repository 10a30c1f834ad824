using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace Zab.Acceptance;

/// <summary>The leader is frozen for a while, with calls waiting in its sockets, and wakes up believing that it leads.</summary>
internal sealed class PausedLeader(TimeSpan pause, int clients, Action<string> report)
{
    private static readonly TimeSpan CallLimit = TimeSpan.FromSeconds(30);

    internal async Task RunAsync()
    {
        await using EnsembleOfProcesses ensemble = await EnsembleOfProcesses.StartAsync();
        ServerOfEnsemble old = await ensemble.ServingAsync();
        uint epoch = (await old.StatusAsync("to lead", static s => s.IsLeader, EnsembleOfProcesses.Patience)).Epoch;
        await using var load = new WriteLoad([.. ensemble.Servers.Where(s => s != old).Select(static s => s.Http)], clients);
        await load.AdvanceAsync(clients * 10);

        long frozen = Stopwatch.GetTimestamp();
        old.Process!.Freeze();
        ServerStatus successor = await ensemble.LeaderAfterAsync(epoch, EnsembleOfProcesses.Patience, except: old);
        report(FormattableString.Invariant($"leader {old.Id} frozen; server {successor.ServerId} leads after {Stopwatch.GetElapsedTime(frozen).TotalMilliseconds:0} ms"));

        // These wait in the sockets of the frozen server, and are the first that it sees when it wakes.
        await load.AdvanceAsync(clients * 10);
        Task<Read>[] reads = [.. Enumerable.Range(0, 4).Select(_ => ReadAsync(old.Http, load))];
        Task<string?>[] writes = [.. Enumerable.Range(0, 4).Select(i => WriteAsync(old.Http, $"frozen/{i}"))];
        await Until.TrueAsync("the end of the pause", pause + EnsembleOfProcesses.Patience, () =>
        {
            load.ThrowIfBroken();
            return Task.FromResult(Stopwatch.GetElapsedTime(frozen) >= pause);
        });
        await load.AdvanceAsync(clients);

        old.Process.Thaw();
        var seen = new List<Read>(await Task.WhenAll(reads));
        var acknowledged = (await Task.WhenAll(writes)).OfType<string>().ToList();
        await Until.TrueAsync("the old leader to follow", EnsembleOfProcesses.Patience, async () =>
        {
            seen.Add(await ReadAsync(old.Http, load));
            if (await WriteAsync(old.Http, $"thawed/{seen.Count}") is { } key) acknowledged.Add(key);
            return await old.TryStatusAsync() is { HasLeader: true } status && status.Epoch > epoch;
        });
        await load.StopAsync();

        if (seen.FirstOrDefault(static r => r.Value < r.AtLeast) is { Value: not null } stale)
        {
            throw new AcceptanceException($"The old leader answered a linearizable read with {stale.Value}, after {stale.AtLeast} had been acknowledged elsewhere before the read began.");
        }

        await Verifier.VerifyAsync(ensemble, load.Records);
        foreach (string key in acknowledged)
        {
            KvAnswer answer = await ensemble[successor.ServerId].Http.GetAsync(key, CancellationToken.None);
            if (answer.Text != key) throw new AcceptanceException($"The old leader acknowledged the write of {key}, and it is lost: {answer}");
        }

        report($"thawed: {seen.Count} linearizable reads of which {seen.Count(static r => r.Value is not null)} answered, none old; {acknowledged.Count} writes acknowledged by the old leader, none lost");
    }

    /// <summary>A linearizable read of the counter, and what was acknowledged before it began. No value where it was refused.</summary>
    private static async Task<Read> ReadAsync(KvEndpoint server, WriteLoad load)
    {
        long atLeast = load.CounterAcknowledged;
        KvAnswer? answer = await AnswerAsync(token => server.GetAsync(WriteLoad.Counter, token));
        return new Read(atLeast, answer is { Status: HttpStatusCode.OK } ? long.Parse(answer.Text, CultureInfo.InvariantCulture) : answer is { Status: HttpStatusCode.NotFound } ? 0 : null);
    }

    /// <summary>The key, where the write was acknowledged.</summary>
    private static async Task<string?> WriteAsync(KvEndpoint server, string key) =>
        await AnswerAsync(token => server.PutAsync(key, key, token)) is { IsSuccess: true } ? key : null;

    private static async Task<KvAnswer?> AnswerAsync(Func<CancellationToken, Task<KvAnswer>> call)
    {
        using var limit = new CancellationTokenSource(CallLimit);
        try
        {
            return await call(limit.Token);
        }
        catch (Exception e) when (KvEndpoint.IsUnreachable(e))
        {
            return null;
        }
    }

    private readonly record struct Read(long AtLeast, long? Value);
}
