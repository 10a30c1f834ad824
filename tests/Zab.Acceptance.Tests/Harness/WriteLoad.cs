using System.Diagnostics;
using System.Globalization;

namespace Zab.Acceptance;

/// <summary>Callers that write without pause until they are told to stop: each in turn puts a key that was never used and counts up a shared one.</summary>
internal sealed class WriteLoad : IAsyncDisposable
{
    internal const string Counter = "counter";

    /// <summary>A write that has no answer by then ends its caller: nobody knows of it any more.</summary>
    private readonly TimeSpan _writeLimit;

    private readonly Lock _lock = new();
    private readonly List<WriteRecord> _records = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task[] _callers;
    private readonly KvClient[] _clients;
    private readonly string _name, _padding;
    private long _counterAcknowledged;
    private int _acknowledged;

    /// <param name="servers">Where the callers go; each begins at another one.</param>
    /// <param name="clients">How many callers.</param>
    /// <param name="name">Stands in the keys, so that two loads never share one.</param>
    /// <param name="valueBytes">Values are so much longer than they have to be.</param>
    /// <param name="longestSilence">For how long no write at all may be answered, because no server can.</param>
    internal WriteLoad(IReadOnlyList<KvEndpoint> servers, int clients, string name = "w", TimeSpan longestSilence = default, int valueBytes = 0)
    {
        _name = name;
        _padding = new string('.', valueBytes);
        _writeLimit = longestSilence + EnsembleOfProcesses.Patience;
        _clients = [.. Enumerable.Range(0, clients).Select(i => new KvClient(servers, i))];
        _callers = [.. _clients.Select((client, i) => Task.Run(() => RunAsync(client, i)))];
    }

    /// <summary>How many attempts had no answer, or one that did not settle the matter. The load must have ended.</summary>
    internal int Failures => _clients.Sum(static client => client.Failures);

    internal int Acknowledged => Volatile.Read(ref _acknowledged);

    /// <summary>The highest value of the counter that any caller was told: what a linearizable read that begins now must reach.</summary>
    internal long CounterAcknowledged => Interlocked.Read(ref _counterAcknowledged);

    /// <summary>Every write so far.</summary>
    internal IReadOnlyList<WriteRecord> Records
    {
        get
        {
            lock (_lock) return _records.ToArray();
        }
    }

    /// <summary>Waits until so many more writes are acknowledged, so that what comes next hits a load that runs.</summary>
    internal async Task AdvanceAsync(int writes)
    {
        int goal = Acknowledged + writes;
        await Until.TrueAsync($"{writes} more acknowledged writes", EnsembleOfProcesses.Patience, () =>
        {
            ThrowIfBroken();
            return Task.FromResult(Acknowledged >= goal);
        });
    }

    /// <summary>Goes on for a while.</summary>
    internal async Task RunForAsync(TimeSpan time)
    {
        long start = Stopwatch.GetTimestamp();
        do
        {
            ThrowIfBroken();
            await Task.Delay(20);
        }
        while (Stopwatch.GetElapsedTime(start) < time);
    }

    /// <summary>Lets each caller finish the write it is in; throws what any of them found wrong.</summary>
    internal async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await Task.WhenAll(_callers);
    }

    internal void ThrowIfBroken()
    {
        foreach (Task caller in _callers)
        {
            if (caller.Exception is { } e) throw new AcceptanceException("A caller found something wrong: " + e.InnerException!.Message, e);
        }
    }

    private async Task RunAsync(KvClient client, int number)
    {
        for (int i = 0; !_stopping.IsCancellationRequested; i++)
        {
            bool increment = i % 2 == 1;
            string key = increment ? Counter : $"{_name}/{number}/{i}";
            string? value = increment ? null : $"value {i} of caller {number}{_padding}";
            long began = Stopwatch.GetTimestamp();
            KvAnswer? answer = increment
                ? await client.IncrementAsync(key, _writeLimit, _stopping.Token)
                : await client.PutAsync(key, value!, _writeLimit, _stopping.Token);
            if (answer is { Zxid: null }) throw new AcceptanceException($"The answer to a write of {key} has no Zxid: {answer}");
            Keep(new WriteRecord(number, key, increment ? answer?.Text : value, increment, answer?.Zxid, began, Stopwatch.GetTimestamp()));
            if (answer is null) return;       // Its session has an open number now; nothing after it could be told apart.
        }
    }

    private void Keep(WriteRecord record)
    {
        lock (_lock)
        {
            _records.Add(record);
            if (record.IsAcknowledged) _acknowledged++;
            if (record is { IsIncrement: true, Value: { } value }) _counterAcknowledged = Math.Max(_counterAcknowledged, long.Parse(value, CultureInfo.InvariantCulture));
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        try
        {
            await Task.WhenAll(_callers);
        }
        catch (AcceptanceException)
        {
            // Told by StopAsync, or hidden behind the failure that ends the test.
        }

        _stopping.Dispose();
    }
}
