namespace Zab.Acceptance;

/// <summary>Values that fill logs and snapshots, written one after the other, and what must be read of them.</summary>
internal sealed class LargeValues(int valueBytes)
{
    private readonly Random _random = new(1);
    private readonly List<(string Key, byte[] Value)> _written = [];
    private int _keys;

    /// <summary>Every one under a key of its own.</summary>
    internal async Task PutAsync(KvEndpoint server, int count)
    {
        for (int i = 0; i < count; i++)
        {
            if (!await TryPutAsync(server)) throw new AcceptanceException($"A large value was not written at {server.Address}.");
        }
    }

    /// <summary>One more; false where it was not acknowledged. Its key is not used again, because it may still be written.</summary>
    internal async Task<bool> TryPutAsync(KvEndpoint server)
    {
        byte[] value = new byte[valueBytes];
        _random.NextBytes(value);
        string key = $"large/{_keys++}";
        using var limit = new CancellationTokenSource(EnsembleOfProcesses.Patience);
        try
        {
            if (!(await server.PutAsync(key, value, limit.Token)).IsSuccess) return false;
        }
        catch (Exception e) when (KvEndpoint.IsUnreachable(e))
        {
            return false;
        }

        _written.Add((key, value));
        return true;
    }

    /// <summary>Every value is there; of several servers with equal digests one is enough to ask.</summary>
    internal async Task VerifyAsync(EnsembleOfProcesses ensemble)
    {
        KvEndpoint server = ensemble[(await ensemble.ConvergedAsync()).ServerId].Http;
        foreach ((string key, byte[] value) in _written)
        {
            KvAnswer answer = await server.GetAsync(key, CancellationToken.None, read: "local");
            if (!answer.Body.AsSpan().SequenceEqual(value)) throw new AcceptanceException($"A large value is lost: {key} is {answer}.");
        }
    }
}
