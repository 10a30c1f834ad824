namespace Zab.Acceptance;

/// <summary>What must be durable at a server before a word of it leaves, checked in what the server really did: every write, every flush, every send.</summary>
/// <remarks>
/// <code>
/// word                    what must be durable before its first byte leaves
/// ACK(z)                  the entry z, and everything before it
/// ACKNEWLEADER(e, z)      everything through z; behind that, that epoch e is taken over, which may only begin to be written then
/// ACKEPOCH(e)             the promise of epoch e
/// LEADERINFO(e)           the same, at the leader
/// UPTODATE(e)             that epoch e is taken over, at the leader
/// an answer with Zxid z   the entry z, and everything before it, at the server that answers
/// </code>
/// </remarks>
internal static class DurableBeforeWord
{
    /// <summary>How many words of each kind were checked.</summary>
    internal static SortedDictionary<byte, int> Check(IReadOnlyList<SystemCall> calls)
    {
        var durable = new DurableWrites(calls);
        var checkedWords = new SortedDictionary<byte, int>();
        foreach (SentWord word in SentWords.Of(calls))
        {
            if (Broken(durable, word) is { } broken) throw new AcceptanceException($"{broken}: {word}");
            checkedWords[word.What] = checkedWords.GetValueOrDefault(word.What) + 1;
        }

        return checkedWords;
    }

    private static string? Broken(DurableWrites durable, SentWord word) => word.What switch
    {
        SentWords.Ack when !durable.Holds(word.Zxid) => "an entry was acknowledged that was never written",
        SentWords.Ack or SentWords.AckNewLeader or SentWords.Answer when durable.EntriesThrough(word.Zxid, word.Left) > word.Left => "entries were not durable",
        SentWords.AckNewLeader when durable.AdoptionBegan(word.Epoch) < durable.EntriesThrough(word.Zxid, word.Left) => "the epoch was written before its history was durable",
        SentWords.AckNewLeader or SentWords.UpToDate when durable.Adopted(word.Epoch) > word.Left => "the epoch was not taken over durably",
        SentWords.AckEpoch or SentWords.LeaderInfo when durable.Accepted(word.Epoch) > word.Left => "the promise was not durable",
        _ => null,
    };
}
