using Xunit;
using Zab.Core;

namespace Zab.Tests.Checks;

/// <summary>I22: what a linearizable read is told to wait for.</summary>
public class FreshnessTests
{
    [Theory]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void I22_a_read_is_confirmed_at_a_state_before_what_was_committed_when_it_was_asked(uint counter, bool isStale)
    {
        Trace trace = Trace.Established(entries: 2);
        trace[3].Step(new Input.Read(7));
        if (isStale) Trace.Breaks("I22", () => trace[3].Step(Input.Tick.Instance, new Output.ReadReady(7, new Zxid(1, counter), null)));
        else trace[3].Step(Input.Tick.Instance, new Output.ReadReady(7, new Zxid(1, counter), null));
    }

    [Fact]
    public void What_is_committed_while_it_waits_need_not_be_in_it()
    {
        Trace trace = Trace.Established(entries: 1);
        trace[3].Step(new Input.Read(7));
        trace.Write(1, "later", 2, 3);
        trace[3].Step(Input.Tick.Instance, new Output.ReadReady(7, new Zxid(1, 1), null));
        Assert.Equal(new Zxid(1, 2), trace.Watch.Committed);
    }

    [Fact]
    public void I22_the_answer_to_an_earlier_read_serves_a_later_one_with_its_number()
    {
        Trace trace = Trace.Established(entries: 1);
        trace[3].Step(new Input.Read(7));
        trace.Write(1, "later", 2, 3);
        trace[3].Step(new Input.Read(7));
        Trace.Breaks("I22", () => trace[3].Step(Input.Tick.Instance, new Output.ReadReady(7, new Zxid(1, 1), null)));
    }
}
