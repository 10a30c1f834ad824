using Zab.Core;

namespace Zab.Tests.Transport;

/// <summary>The inputs that a transport posted, for a test to wait for. Each is handed out once.</summary>
internal sealed class Inbox
{
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly List<Input> _inputs = [];
    private readonly SemaphoreSlim _arrived = new(0);

    internal void Post(Input input)
    {
        lock (_gate) _inputs.Add(input);
        _arrived.Release();
    }

    /// <summary>The first input of this kind that was not handed out yet; waits for it.</summary>
    internal async Task<T> NextAsync<T>(Func<T, bool>? where = null)
        where T : Input
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            if (TryTake(where) is { } found) return found;
            try
            {
                await _arrived.WaitAsync(patience.Token);
            }
            catch (OperationCanceledException)
            {
                throw new TimeoutException($"no {typeof(T).Name} came; what came: {string.Join(", ", All())}");
            }
        }
    }

    /// <summary>What was not handed out.</summary>
    internal Input[] All()
    {
        lock (_gate) return [.. _inputs];
    }

    private T? TryTake<T>(Func<T, bool>? where)
        where T : Input
    {
        lock (_gate)
        {
            int at = _inputs.FindIndex(input => input is T match && (where is null || where(match)));
            if (at < 0) return null;
            var found = (T)_inputs[at];
            _inputs.RemoveAt(at);
            return found;
        }
    }
}
