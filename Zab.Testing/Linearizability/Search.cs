using System.Runtime.InteropServices;

namespace Zab.Testing.Linearizability;

/// <summary>Looks for an order of the calls of a part that explains their answers: Wing and Gong's search, with Lowe's memory of where it was.</summary>
/// <remarks>
/// <para>
/// Depth first, without recursion. A node is a configuration: the calls that are placed, and the state that they lead to. Its options are the calls that may
/// come next: queries, then commands, then open calls. It wins when every required call is placed.
/// </para>
/// <code>
/// what is not tried                                            why nothing is lost
/// A  a configuration that is dominated by one that was         what completes this one completes that one, in as many calls
///    entered (<see cref="ConfigurationMemory"/>)
/// B  anything but a required query that has its answer here    in any order that completes this node it may be moved to here,
///                                                              for it has no effect anywhere; of a command that has none here
///                                                              that is not known
/// C  an open call that leaves the state as it is               without it, the same order is shorter
/// D  an open call, where an equal one that was invoked         the two may change places
///    earlier is not placed either
/// </code>
/// <para>
/// Together: say every node was left without success, and one of them could win. Take one from which the fewest calls are left to place. The first call of its
/// completion, chosen by B, C and D, leads to a node from which fewer are left; that was entered, or by A one from which not more are left was. Either
/// contradicts the choice.
/// </para>
/// </remarks>
internal sealed class Search
{
    private readonly HistoryPart _part;
    private readonly long _bytesMax;
    private readonly StateSpace _states;
    private readonly EventList _events;
    private readonly ConfigurationMemory _entered = new();
    private readonly CallSet _open;                         // The open calls placed, from 0.
    private readonly int[] _twins;                          // Of each open call, from 0: the last equal one before it, or −1.
    private readonly int[]? _ranks;                         // Of each required call: its place in the order of zxids, where there is one. Tried in this order.
    private readonly List<Node> _path = [];                 // From the root to where the search is.
    private readonly List<int> _options = [];               // Of all nodes of the path, one after the other.
    private readonly List<int> _holes = [];                 // Scratch.
    private int _required;                                  // Required calls placed.
    private long _tried;

    internal Search(HistoryPart part, ISequentialModel model, long bytesMax)
    {
        (_part, _bytesMax) = (part, bytesMax);
        _states = new StateSpace(part, model);
        _events = new EventList(part.Required);
        _open = new CallSet(part.Open.Length);
        _twins = Twins();
        _ranks = Witness.Ranks(part);
        Enter(StateSpace.Initial, last: -1);
    }

    internal long Steps => _tried + _entered.Compared;

    /// <summary>After <see cref="VerdictKind.Legal"/> the order that explains the part, else the one that explains most of it.</summary>
    internal LongestOrder Longest { get; } = new();

    /// <summary>Goes on until it is certain, or so many steps were taken, or so much memory; in the latter cases it may be called again.</summary>
    internal VerdictKind Run(long steps)
    {
        long end = Steps + steps;
        while (!_events.IsEmpty)
        {
            ref Node node = ref CollectionsMarshal.AsSpan(_path)[^1];
            if (HasOption(ref node))
            {
                if (Steps >= end || _states.Bytes + _entered.Bytes >= _bytesMax) return Found(VerdictKind.Unknown);
                TryNext(ref node);
            }
            else
            {
                Longest.Note(_path, _required);
                if (!Leave()) return VerdictKind.Illegal;
            }
        }

        return Found(VerdictKind.Legal);
    }

    private VerdictKind Found(VerdictKind kind)
    {
        Longest.Note(_path, _required);
        return kind;
    }

    private bool HasOption(ref Node node) => !node.IsDone && (node.NextOption < _options.Count || AddOpen(ref node));

    /// <remarks>Entering a node may move the path in memory: nothing is done to this node after that.</remarks>
    private void TryNext(ref Node node)
    {
        int call = _options[node.NextOption++];
        _tried++;
        int state = _states.After(node.State, call);
        if (state == StateSpace.Refused) return;
        if (state == node.State && IsOpen(call)) return;                            // C

        bool isQuery = _part[call].Invocation.IsQuery;
        node.Placed = call;
        node.IsDone = isQuery;                                                      // B
        int last = Place(call, node.Last);
        if (isQuery || IsNew(state, last)) Enter(state, last);                      // What a query leads to is as new as where it comes from.
        else TakeBack(call);                                                        // A
    }

    private void Enter(int state, int last)
    {
        _path.Add(new Node { State = state, Last = last, FirstOption = _options.Count, NextOption = _options.Count });
        AddRequired(_options.Count);
    }

    /// <summary>Goes back to the node before, and takes the call back that led here. False where this is the root.</summary>
    private bool Leave()
    {
        CollectionsMarshal.SetCount(_options, _path[^1].FirstOption);
        _path.RemoveAt(_path.Count - 1);
        if (_path.Count == 0) return false;
        Longest.Leave(_path.Count - 1);
        TakeBack(_path[^1].Placed);
        return true;
    }

    private int Place(int call, int last)
    {
        if (IsOpen(call))
        {
            _open.Add(call - _part.Required.Length);
            return last;
        }

        _events.Lift(call);
        _required++;
        return Math.Max(call, last);
    }

    private void TakeBack(int call)
    {
        if (IsOpen(call))
        {
            _open.Remove(call - _part.Required.Length);
            return;
        }

        _events.PutBack(call);
        _required--;
    }

    private bool IsOpen(int call) => call >= _part.Required.Length;

    private bool IsNew(int state, int last)
    {
        _holes.Clear();
        for (int e = _events.First; !_events.IsEnd(e) && _events.IsInvocation(e, out int call) && call < last; e = _events.Next(e)) _holes.Add(call);
        return _entered.Add(state, last, CollectionsMarshal.AsSpan(_holes), _open.Words);
    }

    /// <summary>The required calls that may come next: the queries first, for one that fits is all that need be tried.</summary>
    private void AddRequired(int first)
    {
        int commands = first;
        for (int e = _events.First; !_events.IsEnd(e) && _events.IsInvocation(e, out int call); e = _events.Next(e))
        {
            if (_part.Required[call].Invocation.IsQuery) _options.Insert(commands++, call);
            else Insert(call, commands);
        }
    }

    private void Insert(int command, int commands)
    {
        int at = _options.Count;
        if (_ranks is not null) while (at > commands && _ranks[_options[at - 1]] > _ranks[command]) at--;
        _options.Insert(at, command);
    }

    /// <summary>Once every required call was tried: the open ones that may come next. False where there is none, or they were added before.</summary>
    private bool AddOpen(ref Node node)
    {
        if (node.HasOpen) return false;
        node.HasOpen = true;
        long end = FirstReturn();
        for (int i = 0; i < _twins.Length && _part.Open[i].InvokedAt <= end; i++)
            if (!_open.Contains(i) && (_twins[i] < 0 || _open.Contains(_twins[i]))) _options.Add(_part.Required.Length + i);     // D
        return node.NextOption < _options.Count;
    }

    private long FirstReturn()
    {
        int e = _events.First;
        int call;
        while (_events.IsInvocation(e, out call)) e = _events.Next(e);
        return _part.Required[call].ReturnedAt;
    }

    private int[] Twins()
    {
        int[] twins = new int[_part.Open.Length];
        var last = new Dictionary<int, int>();
        for (int i = 0; i < twins.Length; i++)
        {
            int kind = _states.KindOf(_part.Required.Length + i);
            twins[i] = last.GetValueOrDefault(kind, -1);
            last[kind] = i;
        }

        return twins;
    }
}

/// <summary>A configuration on the path of a search.</summary>
internal struct Node
{
    internal int State;
    internal int Last;                                      // The last required call, by invocation, that is placed; −1 where none is.
    internal int FirstOption;
    internal int NextOption;                                // Invariant: FirstOption ≤ NextOption ≤ the number of options.
    internal int Placed;                                    // The call that leads to the next node of the path.
    internal bool HasOpen;                                  // The open calls are among its options.
    internal bool IsDone;                                   // What was tried last is all that need be tried.
}
