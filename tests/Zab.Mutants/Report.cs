using System.Globalization;

namespace Zab.Mutants;

/// <summary>Says what happens: one line for each mutant, and on a terminal what is under way.</summary>
internal sealed class Report(int count, string success)
{
    private readonly Lock _gate = new();
    private readonly SortedSet<string> _running = new(StringComparer.Ordinal);
    private int _done;

    internal void Began(string name)
    {
        lock (_gate)
        {
            _running.Add(name);
            ShowRunning();
        }
    }

    internal void Ended(Outcome outcome)
    {
        lock (_gate)
        {
            _running.Remove(outcome.Mutant.Name);
            _done++;
            Line(string.Create(CultureInfo.InvariantCulture, $"{_done,3} of {count}  {Verdict(outcome)}  {outcome.Mutant.Name,-42} {outcome.Text}  ({outcome.Processor.TotalSeconds:0.0} s; {outcome.Mutant.Row}, {outcome.Mutant.Breaks})"));
            ShowRunning();
        }
    }

    internal void Line(string text)
    {
        lock (_gate)
        {
            if (IsTerminal) Console.Write("\r\e[K");
            Console.WriteLine(text);
        }
    }

    private static bool IsTerminal => !Console.IsOutputRedirected;

    private string Verdict(Outcome outcome) => (outcome.IsCaught ? success : $"NOT {success.ToUpperInvariant()}").PadRight(4 + success.Length);

    private void ShowRunning()
    {
        if (!IsTerminal) return;
        string text = string.Create(CultureInfo.InvariantCulture, $"{_done} of {count}; {string.Join(", ", _running)}");
        Console.Write($"\r\e[K{text[..Math.Min(text.Length, 100)]}");
        if (_done == count) Console.Write("\r\e[K");
    }
}
