using System.Globalization;
using System.Net;

namespace Zab.Acceptance;

/// <summary>Compares what callers were told with what the servers hold. The load must have ended.</summary>
internal static class Verifier
{
    private const int ReadersAtOnce = 16;

    /// <summary>History rules, equal digests on all running servers, and every acknowledged write present. Digests being equal, one server is asked for the writes.</summary>
    /// <param name="ensemble">The servers that run.</param>
    /// <param name="records">Every write since the servers were founded.</param>
    /// <param name="lookFrom">The first of them to look up, where the earlier ones were looked up before.</param>
    internal static async Task<ServerStatus> VerifyAsync(EnsembleOfProcesses ensemble, IReadOnlyList<WriteRecord> records, int lookFrom = 0)
    {
        ServerStatus status = await ensemble.ConvergedAsync();
        await VerifyAsync(ensemble[status.ServerId].Http, records, lookFrom);
        if (records.Where(static r => r.IsAcknowledged).Select(static r => r.Zxid!.Value).DefaultIfEmpty().Max() is var last && last > status.LastApplied)
        {
            throw new AcceptanceException($"A write was acknowledged at {last}, and the servers have applied {status.LastApplied} only.");
        }

        return status;
    }

    internal static async Task VerifyAsync(KvEndpoint server, IReadOnlyList<WriteRecord> records, int lookFrom = 0)
    {
        if (HistoryRules.Broken(records) is { } broken) throw new AcceptanceException("The answers contradict one another. " + broken);
        await Parallel.ForEachAsync(
            records.Skip(lookFrom).Where(static r => r is { IsAcknowledged: true, IsIncrement: false }),
            new ParallelOptions { MaxDegreeOfParallelism = ReadersAtOnce },
            async (record, cancellationToken) => await PresentAsync(server, record, cancellationToken));
        await CountedAsync(server, records);
    }

    private static async Task PresentAsync(KvEndpoint server, WriteRecord record, CancellationToken cancellationToken)
    {
        KvAnswer answer = await server.GetAsync(record.Key, cancellationToken, read: "local");
        if (answer.Status != HttpStatusCode.OK || answer.Text != record.Value) throw new AcceptanceException($"An acknowledged write is lost: {record}; the server at {server.Address} answers {answer}.");
    }

    private static async Task CountedAsync(KvEndpoint server, IReadOnlyList<WriteRecord> records)
    {
        WriteRecord[] increments = [.. records.Where(static r => r.IsIncrement)];
        if (increments.Length == 0) return;
        int acknowledged = increments.Count(static r => r.IsAcknowledged);
        KvAnswer answer = await server.GetAsync(WriteLoad.Counter, CancellationToken.None);
        long counted = answer.Status == HttpStatusCode.NotFound ? 0 : long.Parse(answer.Text, CultureInfo.InvariantCulture);
        if (counted < acknowledged || counted > increments.Length)
        {
            throw new AcceptanceException($"The counter is {counted}; {acknowledged} increments were acknowledged, {increments.Length - acknowledged} have no answer.");
        }
    }
}
