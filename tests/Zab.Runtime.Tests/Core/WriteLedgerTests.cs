using Xunit;
using Zab.Core;

namespace Zab.Tests.Peers;

/// <summary>What is durable while writes of an earlier role are still on their way: they complete late, and must not count for entries that were cut since.</summary>
public class WriteLedgerTests
{
    private readonly WriteLedger _ledger = new(new Zxid(1, 3));

    [Fact]
    public void An_append_that_completes_after_its_entries_were_cut_makes_none_of_them_durable()
    {
        WriteId append = _ledger.Issue(0, new Zxid(1, 9));
        _ledger.Cut(new Zxid(1, 5));
        WriteId truncate = _ledger.Issue(0, new Zxid(1, 5));
        WriteId newer = _ledger.Issue(0, new Zxid(2, 1));
        _ledger.Done(append);
        Assert.Equal(new Zxid(1, 5), _ledger.LastDurable);
        _ledger.Done(truncate);
        Assert.Equal(new Zxid(1, 5), _ledger.LastDurable);
        _ledger.Done(newer);
        Assert.Equal(new Zxid(2, 1), _ledger.LastDurable);
    }

    [Fact]
    public void A_cut_below_what_is_durable_takes_effect_at_once()
    {
        _ledger.Cut(new Zxid(1, 2));
        Assert.Equal(new Zxid(1, 2), _ledger.LastDurable);
        Assert.False(_ledger.IsDone(_ledger.Issue(0, new Zxid(1, 2))));
    }

    [Fact]
    public void A_write_that_is_withdrawn_changes_nothing_when_it_completes()
    {
        WriteId install = _ledger.Issue(0, new Zxid(7, 7));
        _ledger.Withdraw(install);
        _ledger.Done(install);
        Assert.Equal(new Zxid(1, 3), _ledger.LastDurable);
        Assert.Equal(WriteId.None, _ledger.All);
    }
}
