using Xunit;
using Zab.Core;
using Zab.Testing.Checks;

namespace Zab.Tests.Checks;

/// <summary>I7 and I10 at a start: a directory holds what was left there, unless something was done to it.</summary>
public class DirectoryTests
{
    private static readonly ServerId Three = new(3);

    [Fact]
    public void I7_what_was_durable_is_missing()
    {
        Trace trace = Down(entries: 2);
        Trace.Breaks("I7", () => trace[3].Restart(new Zxid(1, 1)));
    }

    [Fact]
    public void I7_damage_that_was_not_done_is_claimed()
    {
        Trace trace = Down(entries: 2);
        trace[3].Hard = trace[3].Hard with { RepairFloor = new RepairFloor(1, new Zxid(1, 2)) };
        Trace.Breaks("I7", () => trace[3].Restart(new Zxid(1, 2)));
    }

    [Fact]
    public void I7_damage_is_taken_for_a_torn_end()
    {
        Trace trace = Down(entries: 2);
        trace.Watch.Disturbed(Three, DirectoryFault.Damaged);
        Trace.Breaks("I7", () => trace[3].Restart(new Zxid(1, 1)));
    }

    [Fact]
    public void I7_a_repair_floor_is_forgotten()
    {
        Trace trace = Down(entries: 2);
        trace.Watch.Disturbed(Three, DirectoryFault.Damaged);
        trace[3].Hard = trace[3].Hard with { RepairFloor = new RepairFloor(1, new Zxid(1, 2)) };
        trace[3].Restart(new Zxid(1, 1));
        trace[3].Crash();
        trace[3].Hard = trace[3].Hard with { RepairFloor = null };
        Trace.Breaks("I7", () => trace[3].Restart(new Zxid(1, 1)));
    }

    [Fact]
    public void I7_a_server_starts_on_the_directory_of_another()
    {
        Trace trace = Down(entries: 1);
        trace.Watch.Disturbed(Three, DirectoryFault.CopiedFromOther);
        trace[3].Hard = trace[2].Hard;
        Trace.Breaks("I7", () => trace[3].Restart(new Zxid(1, 1)));
        trace[3].Hard = trace[2].Hard with { ServerId = Three };
        Trace.Breaks("I7", () => trace[3].Restart(new Zxid(1, 1)));
    }

    [Fact]
    public void I7_a_directory_is_another_one_without_a_reason()
    {
        Trace trace = Down(entries: 1);
        trace[3].Hard = trace[3].Hard with { Incarnation = new Incarnation(77) };
        Trace.Breaks("I7", () => trace[3].Restart(new Zxid(1, 1)));
    }

    [Fact]
    public void I7_a_lost_directory_has_its_old_incarnation()
    {
        Trace trace = Down(entries: 1);
        trace.Watch.Disturbed(Three, DirectoryFault.Wiped);
        Trace.Breaks("I7", () => trace[3].Restart(Zxid.None));
    }

    [Fact]
    public void I10_a_lost_directory_holds_entries()
    {
        Trace trace = Down(entries: 1);
        trace.Watch.Disturbed(Three, DirectoryFault.Wiped);
        trace[3].Hard = new HardState { ServerId = Three, Incarnation = new Incarnation(77) };
        Trace.Breaks("I10", () => trace[3].Restart(new Zxid(1, 1)));
    }

    [Fact]
    public void I10_entries_are_there_that_were_never_appended()
    {
        Trace trace = DurabilityTests.WithTail(out Entry tail);
        trace[3].Crash();
        trace[3].Log.Add(tail);
        Trace.Breaks("I10", () => trace[3].Restart(tail.Zxid));
    }

    [Fact]
    public void I10_a_start_finds_what_nobody_has_proposed()
    {
        Trace trace = Down(entries: 1);
        trace.Watch.Disturbed(Three, DirectoryFault.RestoredOld);
        trace[3].Log.Add(Trace.Next(trace[3].Last, epoch: 1));
        Trace.Breaks("I10", () => trace[3].Restart(new Zxid(1, 2)));
    }

    [Fact]
    public void I11_a_start_finds_another_content()
    {
        Trace trace = Down(entries: 1);
        trace[3].Log[0] = Trace.Next(default, epoch: 1, "another");
        Trace.Breaks("I11", () => trace[3].Restart(new Zxid(1, 1)));
    }

    [Fact]
    public void I11_prepared_directories_contradict_each_other()
    {
        var trace = new Trace();
        trace[1].Log.Add(Trace.Next(default, epoch: 1, "one"));
        trace[2].Log.Add(Trace.Next(default, epoch: 1, "two"));
        foreach (Actor actor in trace.All) actor.Hard = actor.Hard with { AcceptedEpoch = 1 };
        trace[1].Restart(new Zxid(1, 1));
        Trace.Breaks("I11", () => trace[2].Restart(new Zxid(1, 1)));
    }

    [Fact]
    public void What_was_done_to_a_directory_explains_what_is_missing()
    {
        Trace damaged = Down(entries: 2), restored = Down(entries: 2), wiped = Down(entries: 2);
        damaged.Watch.Disturbed(Three, DirectoryFault.Damaged);
        damaged[3].Hard = damaged[3].Hard with { RepairFloor = new RepairFloor(1, new Zxid(1, 2)) };
        damaged[3].Restart(new Zxid(1, 1));

        restored.Watch.Disturbed(Three, DirectoryFault.RestoredOld);
        restored[3].Hard = restored[3].Hard with { AcceptedEpoch = 0, CurrentEpoch = 0, Generation = 1 };
        restored[3].Restart(Zxid.None);

        wiped.Watch.Disturbed(Three, DirectoryFault.Wiped);
        wiped[3].Hard = new HardState { ServerId = Three, Incarnation = new Incarnation(77) };
        wiped[3].Restart(Zxid.None);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void A_cut_and_what_was_appended_after_it_may_be_done_in_part(uint counter)
    {
        // The tail 1/2 is to be cut, and replaced by 2/1 and 2/2 of the next leader; the power goes before anything is reported.
        Trace trace = DurabilityTests.WithTail(out Entry _);
        trace[1].Flush();
        trace[1].Look();
        trace.Elect(2, epoch: 2, 3);
        Entry one = trace.Write(2, "one", 3), two = trace.Write(2, "two", 3);
        trace[1].Truncate(trace[1].Log[0].Point);
        trace[1].Append(one, two);
        Zxid found = counter == 1 ? new Zxid(1, 1) : new Zxid(2, counter - 1);
        trace[1].Crash();
        trace[1].Restart(found);
    }

    private static Trace Down(int entries)
    {
        Trace trace = Trace.Established(entries);
        trace[3].Crash();
        return trace;
    }
}
