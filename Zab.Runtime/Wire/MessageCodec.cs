using System.Buffers;
using Zab.Core;

namespace Zab.Wire;

/// <summary>Messages to bodies of frames and back. Pure; the layout of each body stands in <c>docs/FORMAT.md</c>. The epoch of a message travels in the header.</summary>
internal static class MessageCodec
{
    /// <summary>zxid, previous zxid, chain, time, type, length: the least that an entry takes.</summary>
    private const int EntryBytesMin = 8 + 8 + 8 + 8 + 1 + 4;

    internal static FrameType TypeOf(Message message) => message switch
    {
        Message.Vote => FrameType.Vote,
        Message.Founding => FrameType.Founding,
        Message.LearnerInfo => FrameType.LearnerInfo,
        Message.AckEpoch => FrameType.AckEpoch,
        Message.SyncProgress => FrameType.SyncProgress,
        Message.SnapshotProgress => FrameType.SnapshotProgress,
        Message.SyncRefused => FrameType.SyncRefused,
        Message.AckNewLeader => FrameType.AckNewLeader,
        Message.Ack => FrameType.Ack,
        Message.Request => FrameType.Request,
        Message.ReadIndex => FrameType.ReadIndex,
        Message.Touch => FrameType.Touch,
        Message.PingReply => FrameType.PingReply,
        Message.LeaderInfo => FrameType.LeaderInfo,
        Message.Diff => FrameType.Diff,
        Message.Trunc => FrameType.Trunc,
        Message.Snap => FrameType.Snap,
        Message.SnapshotChunk => FrameType.SnapshotChunk,
        Message.NewLeader => FrameType.NewLeader,
        Message.UpToDate => FrameType.UpToDate,
        Message.Proposal => FrameType.Proposal,
        Message.Commit => FrameType.Commit,
        Message.Ping => FrameType.Ping,
        Message.RequestRefused => FrameType.RequestRefused,
        Message.ReadIndexReply => FrameType.ReadIndexReply,
        Message.Goodbye => FrameType.Goodbye,
        _ => throw new WireException($"{message.GetType().Name} has no frame type"),
    };

    /// <summary>The epoch that the message speaks of; 0 where it speaks of none.</summary>
    internal static uint EpochOf(Message message) => message switch
    {
        Message.AckEpoch m => m.Epoch,
        Message.SyncProgress m => m.Epoch,
        Message.SnapshotProgress m => m.Epoch,
        Message.SyncRefused m => m.Epoch,
        Message.AckNewLeader m => m.Epoch,
        Message.Ack m => m.Epoch,
        Message.PingReply m => m.Epoch,
        Message.LeaderInfo m => m.Epoch,
        Message.Diff m => m.Epoch,
        Message.Trunc m => m.Epoch,
        Message.Snap m => m.Epoch,
        Message.SnapshotChunk m => m.Epoch,
        Message.NewLeader m => m.Epoch,
        Message.UpToDate m => m.Epoch,
        Message.Proposal m => m.Epoch,
        Message.Commit m => m.Epoch,
        Message.Ping m => m.Epoch,
        Message.ReadIndexReply m => m.Epoch,
        _ => 0,
    };

    /// <summary>At least what <see cref="Write"/> will need for the messages that carry much, so that their buffer never grows.</summary>
    internal static int SizeHint(Message message) => message switch
    {
        Message.Proposal m => 16 + m.Entries.Sum(static entry => entry.SizeBytes),
        Message.Request m => 16 + m.Requests.Sum(static request => 12 + request.Payload.Length),
        Message.SnapshotChunk m => 16 + m.Data.Length,
        _ => 128,
    };

    internal static void Write(Message message, IBufferWriter<byte> output)
    {
        var body = new BodyWriter(output);
        switch (message)
        {
            case Message.Vote m:
                body.Byte((byte)m.State);
                body.UInt64(m.Round);
                body.UInt32(m.Candidate.CurrentEpoch);
                body.Zxid(m.Candidate.LastZxid);
                body.UInt32(m.Candidate.Id.Value);
                body.Bool(m.Counts);
                body.UInt64(m.Incarnation.Value);
                body.UInt64(m.Generation);
                body.Zxid(m.LastDurable);
                body.Zxid(m.ConfigVersion);
                break;
            case Message.Founding m:
                body.UInt64(m.Incarnation.Value);
                body.UInt64(m.StartListHash);
                body.UInt64(m.ClusterId.Value);
                body.Bool(m.Record is not null);
                if (m.Record is not null) body.Ensemble(m.Record);
                break;
            case Message.LearnerInfo m:
                body.Bool(m.IsVoter);
                body.UInt32(m.AcceptedEpoch);
                body.Int32(m.ProtocolVersion);
                body.Zxid(m.ConfigVersion);
                body.UInt64(m.Incarnation.Value);
                body.Bool(m.Counts);
                body.UInt64(m.Generation);
                body.Zxid(m.LastDurable);
                break;
            case Message.AckEpoch m:
                body.Bool(m.IsPromise);
                body.UInt32(m.CurrentEpoch);
                body.Point(m.Base);
                body.Point(m.Last);
                body.Int32(m.EpochEnds.Length);
                foreach (EpochEnd end in m.EpochEnds)
                {
                    body.UInt32(end.Epoch);
                    body.Zxid(end.Last);
                }

                body.Bool(m.RepairFloor is not null);
                if (m.RepairFloor is { } floor)
                {
                    body.UInt32(floor.CurrentEpoch);
                    body.Zxid(floor.LastZxid);
                }

                break;
            case Message.SyncProgress m: body.Zxid(m.Zxid); break;
            case Message.SnapshotProgress m: body.Int64(m.Offset); break;
            case Message.SyncRefused m: body.Text(m.Reason); break;
            case Message.AckNewLeader m: body.Zxid(m.SyncPoint); break;
            case Message.Ack m: body.Zxid(m.Zxid); break;
            case Message.Request m:
                body.Int32(m.Requests.Length);
                foreach (ProposalRequest request in m.Requests)
                {
                    body.UInt64(request.Tag);
                    body.Bytes(request.Payload.Span);
                }

                break;
            case Message.ReadIndex m: body.UInt64(m.Id); break;
            case Message.Touch m:
                body.Int32(m.Sessions.Length);
                foreach (SessionId session in m.Sessions) body.UInt64(session.Value);
                break;
            case Message.PingReply m: body.UInt64(m.Nonce); break;
            case Message.LeaderInfo m:
                body.Int32(m.ProtocolVersion);
                body.UInt64(m.ClusterId.Value);
                body.Ensemble(m.Ensemble);
                break;
            case Message.Diff m: body.Point(m.Base); break;
            case Message.Trunc m: body.Point(m.Target); break;
            case Message.Snap m:
                body.Point(m.Common);
                body.Snapshot(m.Snapshot);
                break;
            case Message.SnapshotChunk m:
                body.Int64(m.Offset);
                body.Bytes(m.Data.Span);
                break;
            case Message.NewLeader m: body.Zxid(m.SyncPoint); break;
            case Message.UpToDate m: body.Zxid(m.Committed); break;
            case Message.Proposal m:
                body.Zxid(m.Committed);
                body.Int32(m.Entries.Length);
                foreach (Entry entry in m.Entries) body.Entry(entry);
                break;
            case Message.Commit m: body.Zxid(m.Zxid); break;
            case Message.Ping m:
                body.UInt64(m.Nonce);
                body.Zxid(m.Committed);
                break;
            case Message.RequestRefused m:
                body.Int32(m.Tags.Length);
                foreach (ulong tag in m.Tags) body.UInt64(tag);
                body.Text(m.Reason);
                break;
            case Message.ReadIndexReply m:
                body.UInt64(m.Id);
                body.Bool(m.Zxid is not null);
                if (m.Zxid is { } zxid) body.Zxid(zxid);
                break;
            case Message.Goodbye m: body.Text(m.Reason); break;
            default: throw new WireException($"{message.GetType().Name} cannot be written");
        }

        body.Flush();
    }

    /// <summary>The message of a frame. A message whose type <see cref="FrameTypes.KeepsBody"/> refers to the frame's body.</summary>
    /// <exception cref="WireException">The body is something else than its type says, or more.</exception>
    internal static Message Read(in Frame frame)
    {
        try
        {
            var body = new BodyReader(frame.Body);
            Message message = Read(frame.Type, frame.Epoch, ref body);
            body.End();
            if (EpochOf(message) != frame.Epoch) throw new WireException($"a {frame.Type} frame, which has no epoch, names epoch {frame.Epoch}");
            return message;
        }
        catch (ZabFormatException malformed)
        {
            throw new WireException($"a {frame.Type} frame with a body of {frame.Body.Length} bytes is malformed: {malformed.Message}", malformed);
        }
    }

    private static Message Read(FrameType type, uint epoch, ref BodyReader body) => type switch
    {
        FrameType.Vote => new Message.Vote(
            VoteState(ref body), body.UInt64(), new Candidate(body.UInt32(), body.Zxid(), new ServerId(body.UInt32())), body.Bool(),
            new Incarnation(body.UInt64()), body.UInt64(), body.Zxid(), body.Zxid()),
        FrameType.Founding => new Message.Founding(
            new Incarnation(body.UInt64()), body.UInt64(), new ClusterId(body.UInt64()), body.Bool() ? body.Ensemble() : null),
        FrameType.LearnerInfo => new Message.LearnerInfo(
            body.Bool(), body.UInt32(), body.Int32(), body.Zxid(), new Incarnation(body.UInt64()), body.Bool(), body.UInt64(), body.Zxid()),
        FrameType.AckEpoch => new Message.AckEpoch(
            epoch, body.Bool(), body.UInt32(), body.Point(), body.Point(), EpochEnds(ref body), body.Bool() ? new RepairFloor(body.UInt32(), body.Zxid()) : null),
        FrameType.SyncProgress => new Message.SyncProgress(epoch, body.Zxid()),
        FrameType.SnapshotProgress => new Message.SnapshotProgress(epoch, body.NotNegative()),
        FrameType.SyncRefused => new Message.SyncRefused(epoch, body.Text()),
        FrameType.AckNewLeader => new Message.AckNewLeader(epoch, body.Zxid()),
        FrameType.Ack => new Message.Ack(epoch, body.Zxid()),
        FrameType.Request => new Message.Request(Requests(ref body)),
        FrameType.ReadIndex => new Message.ReadIndex(body.UInt64()),
        FrameType.Touch => new Message.Touch(Sessions(ref body)),
        FrameType.PingReply => new Message.PingReply(epoch, body.UInt64()),
        FrameType.LeaderInfo => new Message.LeaderInfo(epoch, body.Int32(), new ClusterId(body.UInt64()), body.Ensemble()),
        FrameType.Diff => new Message.Diff(epoch, body.Point()),
        FrameType.Trunc => new Message.Trunc(epoch, body.Point()),
        FrameType.Snap => new Message.Snap(epoch, body.Point(), body.Snapshot()),
        FrameType.SnapshotChunk => new Message.SnapshotChunk(epoch, body.NotNegative(), body.Bytes()),
        FrameType.NewLeader => new Message.NewLeader(epoch, body.Zxid()),
        FrameType.UpToDate => new Message.UpToDate(epoch, body.Zxid()),
        FrameType.Proposal => Proposal(epoch, ref body),
        FrameType.Commit => new Message.Commit(epoch, body.Zxid()),
        FrameType.Ping => new Message.Ping(epoch, body.UInt64(), body.Zxid()),
        FrameType.RequestRefused => new Message.RequestRefused(Tags(ref body), body.Text()),
        FrameType.ReadIndexReply => new Message.ReadIndexReply(epoch, body.UInt64(), body.Bool() ? body.Zxid() : null),
        FrameType.Goodbye => new Message.Goodbye(body.Text()),
        _ => throw new WireException($"frame type 0x{(byte)type:x2} carries no message"),
    };

    private static VoteState VoteState(ref BodyReader body) =>
        (VoteState)body.Byte() is var state && state is Core.VoteState.Looking or Core.VoteState.Following or Core.VoteState.Leading ? state : throw body.Malformed("a vote from an unknown role");

    private static Message.Proposal Proposal(uint epoch, ref BodyReader body)
    {
        Zxid committed = body.Zxid();
        var entries = new Entry[body.Count(EntryBytesMin)];
        for (int i = 0; i < entries.Length; i++) entries[i] = body.Entry();
        return new Message.Proposal(epoch, entries, committed);
    }

    private static ProposalRequest[] Requests(ref BodyReader body)
    {
        var requests = new ProposalRequest[body.Count(itemBytesMin: 12)];
        for (int i = 0; i < requests.Length; i++) requests[i] = new ProposalRequest(body.UInt64(), body.Bytes());
        return requests;
    }

    private static EpochEnd[] EpochEnds(ref BodyReader body)
    {
        var ends = new EpochEnd[body.Count(itemBytesMin: 12)];
        for (int i = 0; i < ends.Length; i++) ends[i] = new EpochEnd(body.UInt32(), body.Zxid());
        return ends;
    }

    private static SessionId[] Sessions(ref BodyReader body)
    {
        var sessions = new SessionId[body.Count(itemBytesMin: 8)];
        for (int i = 0; i < sessions.Length; i++) sessions[i] = new SessionId(body.UInt64());
        return sessions;
    }

    private static ulong[] Tags(ref BodyReader body)
    {
        var tags = new ulong[body.Count(itemBytesMin: 8)];
        for (int i = 0; i < tags.Length; i++) tags[i] = body.UInt64();
        return tags;
    }
}
