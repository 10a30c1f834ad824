using Xunit;
using Zab.Testing.Linearizability;

namespace Zab.Tests.Linearizability;

/// <summary>What a session sees never goes back, and holds its own writes.</summary>
public class SessionReadTests
{
    private readonly CallHistory _history = new();

    [Fact]
    public void A_session_that_reads_its_writes_and_never_goes_back_is_right()
    {
        Write(client: 1, from: 0, to: 1, zxid: 5);
        Query(client: 1, from: 2, to: 3, zxid: 5);
        Query(client: 1, from: 4, to: 5, zxid: 9);
        Write(client: 1, from: 6, to: 7, zxid: 10);
        Query(client: 2, from: 8, to: 9, zxid: 2);          // Another session knows nothing of these.
        Assert.Empty(SessionReads.Violations(_history));
    }

    [Fact]
    public void A_read_before_the_own_write_is_found()
    {
        Write(client: 1, from: 0, to: 1, zxid: 5);
        Query(client: 1, from: 2, to: 3, zxid: 4);
        Assert.Equal(["call 1 of client 1 [2, 3], at 1/4, came after call 0 of client 1 [0, 1] at 1/5"], SessionReads.Violations(_history));
    }

    [Fact]
    public void A_read_that_goes_back_is_found()
    {
        Query(client: 1, from: 0, to: 1, zxid: 5);
        Query(client: 1, from: 2, to: 3, zxid: 7);
        Query(client: 1, from: 4, to: 5, zxid: 6);
        Assert.Equal(["call 2 of client 1 [4, 5], at 1/6, came after call 1 of client 1 [2, 3] at 1/7"], SessionReads.Violations(_history));
    }

    [Fact]
    public void Linearizable_reads_go_back_no_more_than_others()
    {
        Query(client: 1, from: 0, to: 1, zxid: 5);
        Query(client: 1, from: 2, to: 3, zxid: 4, Read.Linearizable);
        Assert.Single(SessionReads.Violations(_history));
    }

    [Fact]
    public void Calls_that_overlap_promise_nothing_to_each_other()
    {
        Query(client: 1, from: 0, to: 5, zxid: 7);
        Query(client: 1, from: 1, to: 6, zxid: 4);
        Query(client: 1, from: 5, to: 6, zxid: 5);          // Began where the first ended: that counts as overlapping.
        Assert.Empty(SessionReads.Violations(_history));
    }

    [Fact]
    public void A_local_read_may_be_old_but_what_it_saw_counts()
    {
        Write(client: 1, from: 0, to: 1, zxid: 5);
        Query(client: 1, from: 2, to: 3, zxid: 3, Read.Local);
        Assert.Empty(SessionReads.Violations(_history));

        Query(client: 1, from: 4, to: 5, zxid: 9, Read.Local);
        Query(client: 1, from: 6, to: 7, zxid: 8);
        Assert.Single(SessionReads.Violations(_history));
    }

    [Fact]
    public void A_read_that_asked_for_a_zxid_sees_it()
    {
        Query(client: 1, from: 0, to: 1, zxid: 5, Read.AtLeast(new Zxid(1, 5)));
        Query(client: 1, from: 2, to: 3, zxid: 5, Read.Local.NotBefore(new Zxid(1, 4)));
        Assert.Empty(SessionReads.Violations(_history));

        Query(client: 1, from: 4, to: 5, zxid: 5, Read.AtLeast(new Zxid(1, 6)));
        Assert.Equal(["call 2 of client 1 [4, 5] asked for a state not before 1/6, and read that at 1/5"], SessionReads.Violations(_history));
    }

    [Fact]
    public void A_write_comes_after_all_that_its_session_saw()
    {
        Query(client: 1, from: 0, to: 1, zxid: 5);
        Write(client: 1, from: 2, to: 3, zxid: 5);
        Assert.Single(SessionReads.Violations(_history));
    }

    [Fact]
    public void A_write_whose_answer_was_lost_promises_nothing()
    {
        int id = _history.Invoke(1, new Register().Call("write(1)"), 0);
        _history.Unknown(id);
        _history.Applied(id, new AppliedAt(new Zxid(1, 9)));
        Query(client: 1, from: 5, to: 6, zxid: 1);
        Assert.Empty(SessionReads.Violations(_history));
    }

    private void Write(int client, long from, long to, uint zxid) =>
        Return(_history.Invoke(client, new Register().Call("write(1)"), from), to, "ok", zxid);

    private void Query(int client, long from, long to, uint zxid, Read? read = null)
    {
        var query = new Invocation(classId: 0, entryId: 0, "read()"u8.ToArray(), isQuery: true, read ?? Read.Session);
        Return(_history.Invoke(client, query, from), to, "1", zxid);
    }

    private void Return(int id, long at, string answer, uint zxid) =>
        _history.Return(id, at, Response.Returned(System.Text.Encoding.UTF8.GetBytes(answer)), new AppliedAt(new Zxid(1, zxid)));
}
