using Zab.Core;

namespace Zab.Tests.Transport;

/// <summary>Messages whose content does not matter, except for the number that tells them apart.</summary>
internal static class Sample
{
    internal static readonly Message Info = new Message.LearnerInfo(true, 1, 1, new Zxid(1, 1), new Incarnation(5), true, 1, new Zxid(1, 1));

    /// <summary>From a learner.</summary>
    internal static Message Ack(int number) => new Message.Ack(1, new Zxid(1, (uint)number));

    /// <summary>From a leader.</summary>
    internal static Message Commit(int number) => new Message.Commit(1, new Zxid(1, (uint)number));

    internal static Message Vote(int round) =>
        new Message.Vote(VoteState.Looking, (ulong)round, new Candidate(1, new Zxid(1, 1), new ServerId(1)), true, new Incarnation(1), 1, new Zxid(1, 1), new Zxid(0, 1));

    internal static Message Founding(int hash) => new Message.Founding(new Incarnation(1), (ulong)hash, default, null);

    internal static Message Request(byte[] payload) => new Message.Request([new ProposalRequest(1, payload)]);

    internal static Message Proposal(byte[] payload) =>
        new Message.Proposal(1, [Entry.FromParts(new Zxid(1, 1), new Zxid(0, 0), 1, 1, EntryType.Request, payload)], new Zxid(0, 0));

    internal static byte[] Bytes(int count)
    {
        byte[] bytes = new byte[count];
        new Random(count).NextBytes(bytes);
        return bytes;
    }
}
