using Zab.Core;

namespace Zab.Tests.Wire;

/// <summary>Messages with random content, one generator for each type, from a seed.</summary>
internal static class Messages
{
    internal static readonly Func<Random, Message>[] Kinds =
    [
        r => new Message.Vote((VoteState)r.Next(1, 4), U64(r), new Candidate(U32(r), Zxid(r), Server(r)), Bool(r), new Incarnation(U64(r)), U64(r), Zxid(r), Zxid(r)),
        r => new Message.Founding(new Incarnation(U64(r)), U64(r), new ClusterId(U64(r)), Bool(r) ? Ensemble(r) : null),
        r => new Message.LearnerInfo(Bool(r), U32(r), r.Next(), Zxid(r), new Incarnation(U64(r)), Bool(r), U64(r), Zxid(r)),
        r => new Message.AckEpoch(U32(r), Bool(r), U32(r), Point(r), Point(r), Many(r, r => new EpochEnd(U32(r), Zxid(r))), Bool(r) ? new RepairFloor(U32(r), Zxid(r)) : null),
        r => new Message.SyncProgress(U32(r), Zxid(r)),
        r => new Message.SnapshotProgress(U32(r), r.NextInt64()),
        r => new Message.SyncRefused(U32(r), Text(r)),
        r => new Message.AckNewLeader(U32(r), Zxid(r)),
        r => new Message.Ack(U32(r), Zxid(r)),
        r => new Message.Request(Many(r, r => new ProposalRequest(U64(r), Bytes(r)))),
        r => new Message.ReadIndex(U64(r)),
        r => new Message.Touch(Many(r, r => new SessionId(U64(r)))),
        r => new Message.PingReply(U32(r), U64(r)),
        r => new Message.LeaderInfo(U32(r), r.Next(), new ClusterId(U64(r)), Ensemble(r)),
        r => new Message.Diff(U32(r), Point(r)),
        r => new Message.Trunc(U32(r), Point(r)),
        r => new Message.Snap(U32(r), Point(r), new SnapshotInfo(Point(r), Ensemble(r), Ticks(r), r.NextInt64(), U64(r))),
        r => new Message.SnapshotChunk(U32(r), r.NextInt64(), Bytes(r)),
        r => new Message.NewLeader(U32(r), Zxid(r)),
        r => new Message.UpToDate(U32(r), Zxid(r)),
        r => new Message.Proposal(U32(r), Many(r, Entry), Zxid(r)),
        r => new Message.Commit(U32(r), Zxid(r)),
        r => new Message.Ping(U32(r), U64(r), Zxid(r)),
        r => new Message.RequestRefused(Many(r, U64), Text(r)),
        r => new Message.ReadIndexReply(U32(r), U64(r), Bool(r) ? Zxid(r) : null),
        r => new Message.Goodbye(Text(r)),
    ];

    internal static Message Any(Random r) => Kinds[r.Next(Kinds.Length)](r);

    internal static byte[] Bytes(Random r, int? count = null)
    {
        byte[] bytes = new byte[count ?? r.Next(40)];
        r.NextBytes(bytes);
        return bytes;
    }

    internal static Entry Entry(Random r) => Core.Entry.FromParts(Zxid(r), Zxid(r), U64(r), Ticks(r), Bool(r) ? EntryType.Request : EntryType.Config, Bytes(r));

    private static Ensemble Ensemble(Random r) =>
        new(Zxid(r), Enumerable.Range(1, r.Next(1, 6)).Select(id => Member(r, (uint)id)));

    private static Member Member(Random r, uint id) =>
        Bool(r) ? new Member(new ServerId(id), Bool(r), new Incarnation(U64(r))) : new Member(new ServerId(id), IsVoter: true, new Incarnation(U64(r)), IsReplacement: true);

    private static T[] Many<T>(Random r, Func<Random, T> one) => [.. Enumerable.Range(0, r.Next(5)).Select(_ => one(r))];

    private static HistoryPoint Point(Random r) => new(Zxid(r), U64(r));

    private static Zxid Zxid(Random r) => Zab.Zxid.FromValue(U64(r));

    private static ServerId Server(Random r) => new(U32(r));

    private static long Ticks(Random r) => r.NextInt64(DateTime.MaxValue.Ticks);

    private static ulong U64(Random r) => (ulong)r.NextInt64(long.MinValue, long.MaxValue);

    private static uint U32(Random r) => (uint)r.NextInt64(uint.MaxValue);

    private static bool Bool(Random r) => r.Next(2) == 1;

    private static string Text(Random r) => string.Concat(Enumerable.Range(0, r.Next(6)).Select(_ => new[] { "a", "ß", "€", "😀", "\0" }[r.Next(5)]));
}
