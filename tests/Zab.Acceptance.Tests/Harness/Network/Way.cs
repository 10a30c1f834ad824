namespace Zab.Acceptance;

/// <summary>What happens to the bytes from one server to another, on every connection between the two, whichever of them dialed.</summary>
/// <remarks>
/// A way that is cut does what TCP does over a cable without a signal: nothing arrives, not even the end of a connection, and the sender is not told;
/// what was sent arrives when the way is whole again, if both sides still want it.
/// </remarks>
internal sealed class Way(DeterministicRandom random)
{
    private readonly Lock _gate = new();
    private TaskCompletionSource _whole = Completed();
    private long _flipped;

    /// <summary>How much later bytes arrive.</summary>
    internal TimeSpan Delay { get; set; }

    /// <summary>At most so many bytes arrive in a second; 0: as many as can.</summary>
    internal int BytesPerSecond { get; set; }

    /// <summary>Of a million bytes, so many arrive with one bit flipped, on average.</summary>
    internal int FlipsPerMillion { get; set; }

    /// <summary>How many bytes have arrived with a bit flipped.</summary>
    internal long Flipped => Interlocked.Read(ref _flipped);

    internal bool IsCut => !Volatile.Read(ref _whole).Task.IsCompleted;

    internal void Cut()
    {
        lock (_gate)
        {
            if (!IsCut) _whole = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    internal void Restore()
    {
        lock (_gate) _whole.TrySetResult();
    }

    /// <summary>Completes while the way is not cut.</summary>
    internal async Task WholeAsync(CancellationToken cancellationToken)
    {
        while (IsCut) await Volatile.Read(ref _whole).Task.WaitAsync(cancellationToken);
    }

    /// <summary>Flips bits in what is about to arrive.</summary>
    internal void Damage(Span<byte> bytes)
    {
        if (FlipsPerMillion == 0) return;
        lock (_gate)
        {
            for (int i = 0; i < bytes.Length; i++)
            {
                if (random.Next(1_000_000) >= FlipsPerMillion) continue;
                bytes[i] ^= (byte)(1 << random.Next(8));
                _flipped++;
            }
        }
    }

    private static TaskCompletionSource Completed()
    {
        var completed = new TaskCompletionSource();
        completed.SetResult();
        return completed;
    }
}
