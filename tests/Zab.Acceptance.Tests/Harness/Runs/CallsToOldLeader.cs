using System.Globalization;
using System.Net;

namespace Zab.Acceptance;

/// <summary>Reads and writes at a server that leads, or takes itself for the leader: no linearizable read may be answered from the past, no write acknowledged and lost.</summary>
internal sealed class CallsToOldLeader(ServerOfEnsemble old, WriteLoad load)
{
    private static readonly TimeSpan CallLimit = EnsembleOfProcesses.Patience;

    private readonly List<Task<Read>> _reads = [];
    private readonly List<Task<string?>> _writes = [];

    /// <summary>One read and one write more, which wait for as long as the server likes.</summary>
    internal Task BeginAsync()
    {
        _reads.Add(ReadAsync());
        _writes.Add(WriteAsync($"old-leader/{_writes.Count}"));
        return Task.WhenAll(_reads[^1], _writes[^1]);
    }

    /// <summary>Judges all answers, and says how many there were. The load must have ended.</summary>
    internal async Task<string> JudgeAsync(EnsembleOfProcesses ensemble)
    {
        Read[] reads = await Task.WhenAll(_reads);
        if (reads.FirstOrDefault(static r => r.Value < r.AtLeast) is { Value: not null } stale)
        {
            throw new AcceptanceException($"The old leader answered a linearizable read with {stale.Value}, after {stale.AtLeast} had been acknowledged elsewhere before the read began.");
        }

        ServerStatus status = await Verifier.VerifyAsync(ensemble, load.Records);
        string[] acknowledged = [.. (await Task.WhenAll(_writes)).OfType<string>()];
        foreach (string key in acknowledged)
        {
            KvAnswer answer = await ensemble[status.ServerId].Http.GetAsync(key, CancellationToken.None);
            if (answer.Text != key) throw new AcceptanceException($"The old leader acknowledged the write of {key}, and it is lost: {answer}");
        }

        return $"{reads.Length} linearizable reads of which {reads.Count(static r => r.Value is not null)} answered, none old; {acknowledged.Length} of {_writes.Count} writes acknowledged, none lost";
    }

    /// <summary>A linearizable read of the counter, and what was acknowledged before it began. No value where it was refused.</summary>
    private async Task<Read> ReadAsync()
    {
        long atLeast = load.CounterAcknowledged;
        KvAnswer? answer = await AnswerAsync(token => old.Http.GetAsync(WriteLoad.Counter, token));
        return new Read(atLeast, answer is { Status: HttpStatusCode.OK } ? long.Parse(answer.Text, CultureInfo.InvariantCulture) : answer is { Status: HttpStatusCode.NotFound } ? 0 : null);
    }

    /// <summary>The key, where the write was acknowledged.</summary>
    private async Task<string?> WriteAsync(string key) => await AnswerAsync(token => old.Http.PutAsync(key, key, token)) is { IsSuccess: true } ? key : null;

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
