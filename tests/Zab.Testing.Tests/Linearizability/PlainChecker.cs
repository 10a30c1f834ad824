using System.Text;
using Xunit;
using Zab.Testing.Linearizability;

namespace Zab.Tests.Linearizability;

/// <summary>The definition of linearizability, tried out: every order, nothing left out, no list, no order of trying. Slow, and easy to believe.</summary>
internal sealed class PlainChecker
{
    private readonly TextModel _model;
    private readonly Operation[] _operations;
    private readonly HashSet<(ulong Left, string State)>? _dead;

    /// <param name="remembers">Whether it remembers where it was, for histories of more than seven or eight calls; else it tries everything each time.</param>
    internal PlainChecker(CallHistory history, TextModel model, bool remembers)
    {
        _model = model;
        _operations = [.. history.Operations.Where(static o => o.Outcome != OperationOutcome.Failed)];
        Assert.True(_operations.Length < 64);
        if (remembers) _dead = [];
    }

    internal bool IsLegal() => Wins((1UL << _operations.Length) - 1, _model.Start());

    private bool Wins(ulong left, string state)
    {
        Operation[] rest = [.. _operations.Where((_, i) => (left >> i & 1) == 1)];
        if (rest.All(static o => o.Outcome == OperationOutcome.Unknown)) return true;
        if (_dead?.Contains((left, state)) == true) return false;
        for (int i = 0; i < _operations.Length; i++)
        {
            if ((left >> i & 1) == 0 || rest.Any(other => other.Precedes(_operations[i]))) continue;
            string answer = _model.Answer(state, TextModel.Text(_operations[i].Invocation), out string next);
            bool fits = _operations[i].Outcome == OperationOutcome.Unknown || answer == Encoding.UTF8.GetString(_operations[i].Response.Bytes.Span);
            if (fits && Wins(left & ~(1UL << i), next)) return true;
        }

        _dead?.Add((left, state));
        return false;
    }
}
