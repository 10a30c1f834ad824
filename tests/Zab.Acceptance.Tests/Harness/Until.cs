using System.Diagnostics;

namespace Zab.Acceptance;

/// <summary>What was waited for did not come in time, or something happened that never may.</summary>
internal sealed class AcceptanceException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>Waiting for what processes do: asked again and again until a deadline.</summary>
internal static class Until
{
    /// <summary>Not shorter: a status holds a digest of the whole state, which costs the server as much as some hundred writes.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>The first answer that is not null. <paramref name="describe"/> says, when it did not come, what was there instead.</summary>
    internal static async Task<T> FoundAsync<T>(string what, TimeSpan within, Func<Task<T?>> ask, Func<string>? describe = null)
        where T : class
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            if (await ask() is { } found) return found;
            if (Stopwatch.GetElapsedTime(start) > within) throw new AcceptanceException($"Waited {within.TotalSeconds:0.#} s for {what}, and it did not come.{(describe is null ? "" : "\n" + describe())}");
            await Task.Delay(Pause);
        }
    }

    internal static async Task TrueAsync(string what, TimeSpan within, Func<Task<bool>> ask, Func<string>? describe = null) =>
        _ = await FoundAsync(what, within, async () => await ask() ? "yes" : null, describe);

    /// <summary>Asks for the whole time that <paramref name="check"/>, which throws where it finds something, finds nothing.</summary>
    internal static async Task NothingAsync(TimeSpan during, Func<Task> check)
    {
        long start = Stopwatch.GetTimestamp();
        do
        {
            await check();
            await Task.Delay(Pause);
        }
        while (Stopwatch.GetElapsedTime(start) < during);
    }
}
