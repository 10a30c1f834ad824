using Xunit;
using Zab.Testing.Linearizability;

namespace Zab.Tests.Linearizability;

/// <summary>What is recorded, and what is refused.</summary>
public class CallHistoryTests
{
    private readonly CallHistory _history = new();

    [Fact]
    public void A_call_that_is_still_running_has_an_unknown_outcome()
    {
        int id = Invoke(at: 5);
        Operation call = _history.Operations[id];
        Assert.Equal((OperationOutcome.Unknown, 5L, long.MaxValue, false), (call.Outcome, call.InvokedAt, call.ReturnedAt, call.IsOver));
    }

    [Fact]
    public void A_call_ends_once()
    {
        int id = Invoke(at: 5);
        _history.Unknown(id);
        InvalidOperationException refused = Assert.Throws<InvalidOperationException>(() => _history.Return(id, 7, default));
        Assert.Contains("ended already (Unknown)", refused.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => _history.Fail(id, 7));
        Assert.Throws<InvalidOperationException>(() => _history.Unknown(id));
    }

    [Fact]
    public void A_call_does_not_end_before_it_began()
    {
        int id = Invoke(at: 5);
        Assert.Throws<ArgumentOutOfRangeException>(() => _history.Return(id, 4, default));
        _history.Return(id, 5, default);
        Assert.Equal(5, _history.Operations[id].ReturnedAt);
    }

    [Fact]
    public void Where_a_call_was_executed_may_be_learned_at_any_time()
    {
        int id = Invoke(at: 5);
        _history.Unknown(id);
        _history.Applied(id, new AppliedAt(new Zxid(2, 7)));
        Assert.Equal(new Zxid(2, 7), _history.Operations[id].AppliedAt!.Value.Zxid);

        int other = Invoke(at: 6);
        _history.Applied(other, new AppliedAt(new Zxid(2, 8)));
        _history.Return(other, 9, default);                 // Says nothing of a zxid, so what is known stays.
        Assert.Equal(new Zxid(2, 8), _history.Operations[other].AppliedAt!.Value.Zxid);
    }

    [Fact]
    public void Recording_a_call_takes_memory_for_the_call_alone()
    {
        Invocation invocation = new Register().Call("read()");
        for (int i = 0; i < 1000; i++) _history.Return(_history.Invoke(1, invocation, i), i, default);          // Grows the list; compiles the code.
        var history = new CallHistory();
        const int calls = 1000;
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < calls; i++) history.Return(history.Invoke(1, invocation, i), i, default);
        long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.InRange(bytes / calls, 1, 400);              // One object of some 180 bytes, its place in a list that doubles, and two boxes that code not yet optimised makes.
    }

    private int Invoke(long at) => _history.Invoke(1, new Register().Call("read()"), at);
}
