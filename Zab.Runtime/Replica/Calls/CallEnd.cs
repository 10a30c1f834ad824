namespace Zab.Replica;

/// <summary>Why a caller does not wait any more for an answer that has not come.</summary>
internal readonly record struct CallEnd
{
    private CallEnd(string text, CancellationToken cancelled = default) => (Text, Cancelled) = (text, cancelled);

    internal string Text { get; }

    /// <summary>The caller's token, where the caller cancelled.</summary>
    internal CancellationToken Cancelled { get; }

    internal bool IsCancelled => Cancelled.IsCancellationRequested;

    internal static CallEnd Deadline(TimeSpan timeout) => new($"no answer came within {timeout.TotalSeconds:0.###} s");

    internal static CallEnd Cancellation(CancellationToken token) => new("the caller cancelled", token);

    internal static CallEnd Stopped(string reason) => new(reason);
}
