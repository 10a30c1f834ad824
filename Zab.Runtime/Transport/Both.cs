namespace Zab.Transport;

/// <summary>Two loops over one connection, reading and writing, that end together.</summary>
internal static class Both
{
    /// <summary>Runs both; when the first ends, the other is cancelled and waited for. How the first one ended is how this ends.</summary>
    internal static async Task RunAsync(Func<CancellationToken, Task> first, Func<CancellationToken, Task> second, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        Task[] loops = [first(ending.Token), second(ending.Token)];
        Task ended = await Task.WhenAny(loops).ConfigureAwait(false);
        await ending.CancelAsync().ConfigureAwait(false);

        // The later one ends because it was told to; that it says so is no news.
        await Task.WhenAll(loops).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await ended.ConfigureAwait(false);
    }
}
