namespace Zab.Replica;

/// <summary>A wait by a clock. Unlike after a cancelled <see cref="Task.Delay(TimeSpan, TimeProvider, CancellationToken)"/>, which always goes on elsewhere, who waits goes on as it asked to.</summary>
internal static class Pause
{
    internal static async ValueTask ForAsync(TimeSpan time, TimeProvider clock, TaskCreationOptions continuations, CancellationToken cancellationToken)
    {
        var over = new TaskCompletionSource(continuations);
        using ITimer timer = clock.CreateTimer(static state => ((TaskCompletionSource)state!).TrySetResult(), over, time, Timeout.InfiniteTimeSpan);
        using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(_ => over.TrySetCanceled(cancellationToken), null);
        await over.Task.ConfigureAwait(false);
    }
}
