using System.Diagnostics;
using Xunit;

namespace Zab.Tests.Replica.Driver;

/// <summary>What happened, in order, from all threads; tests wait for a line instead of for time.</summary>
internal sealed class Journal
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);      // Only a failing test uses it up.
    private readonly object _gate = new();
    private readonly List<string> _lines = [];

    internal string[] Lines
    {
        get
        {
            lock (_gate) return [.. _lines];
        }
    }

    internal void Add(string line)
    {
        lock (_gate)
        {
            _lines.Add(line);
            Monitor.PulseAll(_gate);
        }
    }

    internal void Until(string line) => Until(lines => lines.Contains(line), line);

    internal void Until(Func<List<string>, bool> condition, string what)
    {
        long start = Stopwatch.GetTimestamp();
        lock (_gate)
        {
            while (!condition(_lines))
            {
                TimeSpan left = _patience - Stopwatch.GetElapsedTime(start);
                Assert.True(left > TimeSpan.Zero && Monitor.Wait(_gate, left), $"waited for '{what}' in vain; happened:\n{string.Join('\n', _lines)}");
            }
        }
    }

    /// <summary>The lines that begin with one of these words, in order.</summary>
    internal string[] Of(params string[] words) => [.. Lines.Where(line => words.Any(word => line.StartsWith(word, StringComparison.Ordinal)))];
}
