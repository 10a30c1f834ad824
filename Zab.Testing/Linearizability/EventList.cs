namespace Zab.Testing.Linearizability;

/// <summary>The invocations and returns of the required calls that are not placed yet, in the order of events: a doubly linked list in two arrays.</summary>
/// <remarks>
/// A call may come next if nothing that is not placed ended before it began: if its invocation stands before the first return of the list. Placing a call
/// lifts both of its events out; taking it back puts them where they were, which works because calls are taken back in the reverse order (Lowe, 2017).
/// </remarks>
internal sealed class EventList
{
    private const int Head = 0;

    private readonly int[] _next;                           // By event; 0 is before the first event and after the last one.
    private readonly int[] _previous;
    private readonly int[] _calls;                          // By event: the call, or the complement of it where the event is its return.
    private readonly int[] _invocations;                    // By call: its events.
    private readonly int[] _returns;

    /// <param name="required">Ascending by invocation.</param>
    internal EventList(Operation[] required)
    {
        int count = required.Length;
        (_next, _previous, _calls) = (new int[(2 * count) + 1], new int[(2 * count) + 1], new int[(2 * count) + 1]);
        (_invocations, _returns) = (new int[count], new int[count]);

        (long At, int Call)[] returns = new (long, int)[count];
        for (int i = 0; i < count; i++) returns[i] = (required[i].ReturnedAt, i);
        Array.Sort(returns);

        int invoked = 0, returned = 0;
        for (int e = 1; e <= 2 * count; e++)
        {
            // An invocation at the place of a return comes first: the two calls are concurrent.
            bool isInvocation = invoked < count && required[invoked].InvokedAt <= returns[returned].At;
            if (isInvocation) _invocations[_calls[e] = invoked++] = e;
            else _returns[~(_calls[e] = ~returns[returned++].Call)] = e;
            (_previous[e], _next[e - 1]) = (e - 1, e);
        }

        _previous[Head] = 2 * count;                        // The last next is 0 already.
    }

    internal bool IsEmpty => _next[Head] == Head;

    /// <summary>The first event. Where the list is not empty, it is an invocation.</summary>
    internal int First => _next[Head];

    internal int Next(int e) => _next[e];

    internal bool IsEnd(int e) => e == Head;

    /// <summary>The call that is invoked by this event; false where the event is a return, and then it is that call's.</summary>
    internal bool IsInvocation(int e, out int call)
    {
        bool isInvocation = _calls[e] >= 0;
        call = isInvocation ? _calls[e] : ~_calls[e];
        return isInvocation;
    }

    internal void Lift(int call)
    {
        Unlink(_invocations[call]);
        Unlink(_returns[call]);
    }

    internal void PutBack(int call)
    {
        Link(_returns[call]);
        Link(_invocations[call]);
    }

    private void Unlink(int e) => (_next[_previous[e]], _previous[_next[e]]) = (_next[e], _previous[e]);

    private void Link(int e) => (_next[_previous[e]], _previous[_next[e]]) = (e, e);
}
