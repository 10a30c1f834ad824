using System.Diagnostics.CodeAnalysis;
using Zab.Core;

namespace Zab.Replica;

/// <summary>The calls of one session that have a number and no answer, ascending by number.</summary>
internal sealed class Lane(Session session)
{
    private readonly SortedDictionary<ulong, Call> _calls = [];
    private int _out;

    internal Session Session { get; } = session;

    internal int Count => _calls.Count;

    /// <summary>Whether some call is to be handed on (again).</summary>
    internal bool HasIdle => _out < _calls.Count;

    /// <summary>A copy, so that calls can be answered on the way.</summary>
    internal Call[] Ascending() => [.. _calls.Values];

    /// <summary>The lowest number without an answer; null where there is none.</summary>
    internal ulong? Lowest
    {
        get
        {
            foreach (ulong number in _calls.Keys) return number;
            return null;
        }
    }

    internal bool HasBelow(ulong number) => Lowest < number;

    internal bool TryGet(ulong number, [NotNullWhen(true)] out Call? call) => _calls.TryGetValue(number, out call);

    internal void Add(Call call)
    {
        Invariant.Require(call.Session == Session, $"a call of session {call.Session.Id} in the lane of {Session.Id}");
        _calls.Add(call.Number, call);
        call.Lane = this;
        if (call.IsOut) _out++;
    }

    internal void Remove(Call call)
    {
        if (!_calls.Remove(call.Number)) return;
        if (call.IsOut) _out--;
        call.Lane = null;
    }

    internal void CountOut(int change) => _out += change;
}
