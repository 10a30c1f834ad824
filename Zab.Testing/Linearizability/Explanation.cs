using System.Buffers;
using System.Globalization;
using System.Text;

namespace Zab.Testing.Linearizability;

/// <summary>Why a part is not linearizable, to be read without the whole history: the end of the longest order, and why nothing can follow it.</summary>
/// <remarks>
/// The longest order places the most calls of all that were tried. So each required call that may come next after it has another answer there: had one
/// fitted, an order with one call more had been tried. And one of them must come next, for every other call that is left began after one of these had ended.
/// </remarks>
internal sealed class Explanation
{
    private const int PlacedMax = 12;
    private const int LeftMax = 32;

    private readonly HistoryPart _part;
    private readonly ISequentialModel _model;
    private readonly StringBuilder _text = new();
    private readonly List<int> _placed;
    private readonly HashSet<int> _isPlaced;                // Only asked, never walked.

    internal Explanation(HistoryPart part, ISequentialModel model, string? broken, VerdictKind kind, Search search)
    {
        (_part, _model, _placed) = (part, model, [.. search.Longest.Calls]);
        while (_placed.Count > 0 && _placed[^1] >= part.Required.Length) _placed.RemoveAt(_placed.Count - 1);      // Open calls that led to nothing.
        _isPlaced = [.. _placed];
        WriteHead(kind, search.Steps);
        WritePlaced();
        WriteLeft(kind);
        if (broken is not null) Line($"The order of zxids does not explain it either: {broken}");
    }

    public override string ToString() => _text.ToString().TrimEnd();

    private void WriteHead(VerdictKind kind, long steps)
    {
        string what = _part.Name.Length == 0 ? "The history" : $"The history of {_part.Name}";
        string count = string.Create(
            CultureInfo.InvariantCulture, $"{_part.Required.Length} calls that returned, {_part.Open.Length} with an unknown outcome; {steps} steps");
        Line(kind == VerdictKind.Illegal
            ? $"{what} is not linearizable ({count})."
            : $"{what} may be linearizable or not: the search was given up ({count}). Check it by key, or with higher limits.");
    }

    private void WritePlaced()
    {
        if (_placed.Count == 0) return;
        int leftOut = Math.Max(0, _placed.Count - PlacedMax);
        string end = leftOut > 0 ? $", and ends with these {PlacedMax}" : "";
        Line(string.Create(CultureInfo.InvariantCulture, $"The longest order that explains a beginning of it has {_placed.Count} calls{end}:"));
        foreach (int call in _placed.Skip(leftOut)) Line($"  {OperationText.Of(_part[call], _model)}");
    }

    /// <summary>The calls that may come next: those that began before the first end among the calls that are left.</summary>
    private void WriteLeft(VerdictKind kind)
    {
        int[] left = [.. Enumerable.Range(0, _part.Count).Where(call => !_isPlaced.Contains(call))];
        long end = left.Min(call => _part[call].ReturnedAt);
        int[] next = [.. left.Where(call => _part[call].InvokedAt <= end)];
        string place = _placed.Count == 0 ? "come first" : "come next";
        Line(string.Create(CultureInfo.InvariantCulture, $"One of these must {place}, before {end}{(kind == VerdictKind.Illegal ? ", and none can" : "")}:"));
        byte[] state = StateAfterPlaced();
        foreach (int call in next.Take(LeftMax)) Line($"  {OperationText.Of(_part[call], _model)}: {Reason(call, state, kind)}");
        if (next.Length > LeftMax) Line(string.Create(CultureInfo.InvariantCulture, $"  … and {next.Length - LeftMax} more"));
    }

    private string Reason(int call, byte[] state, VerdictKind kind)
    {
        Operation operation = _part[call];
        if (operation.Outcome != OperationOutcome.Returned)
            return kind == VerdictKind.Illegal ? "whether it took effect here or not, nothing can follow" : "it may take effect here, or not";
        _model.Load(state);
        Response answer = _model.Run(operation);
        return operation.Response.IsMetBy(answer) ? "it fits here" : $"here it {OperationText.Answer(operation, answer, _model)}";
    }

    private byte[] StateAfterPlaced()
    {
        _model.Reset();
        foreach (int call in _placed) _model.Run(_part[call]);
        var state = new ArrayBufferWriter<byte>();
        _model.Save(state);
        return state.WrittenSpan.ToArray();
    }

    private void Line(string text) => _text.Append(text).Append('\n');
}
