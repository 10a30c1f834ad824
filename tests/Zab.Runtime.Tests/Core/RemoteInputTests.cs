using Xunit;
using Zab.Core;

namespace Zab.Tests.Peers;

/// <summary>Whatever a well-formed message says, and whenever it comes: it may be ignored, close its channel or stop this server with a reason. It must never break an invariant or throw.</summary>
public class RemoteInputTests
{
    private static readonly Entry[] Log = LonePeer.Log((1, 3), (2, 2));

    public static TheoryData<string> Roles => ["looking", "elected", "leading", "promised", "following"];

    [Theory]
    [MemberData(nameof(Roles))]
    public void No_message_makes_a_peer_throw(string role)
    {
        for (ulong seed = 1; seed <= 400; seed++)
        {
            var random = new DeterministicRandom(seed);
            var said = new List<string>();
            try
            {
                LonePeer peer = In(role, out ChannelId channel);
                for (int i = 0; i < 40; i++) Disturb(peer, channel, random, said);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"{role}, seed {seed}: {e.Message}, after\n{string.Join("\n", said)}", e);
            }
        }
    }

    private static LonePeer In(string role, out ChannelId channel)
    {
        channel = new ChannelId(1);
        LonePeer peer = role switch
        {
            "looking" => new LonePeer(1, 3, Log),
            "elected" => LonePeer.Elected(3, Log),
            "leading" => LonePeer.Leading(3, out channel, Log),
            "following" => LonePeer.Following(3, Log),
            _ => new LonePeer(1, 3, Log),
        };
        if (role == "promised")
        {
            peer.FindLeader();
            peer.Promise(4);
        }

        if (role is "promised" or "following") channel = peer.Channel;
        return peer;
    }

    private static void Disturb(LonePeer peer, ChannelId channel, DeterministicRandom random, List<string> said)
    {
        switch (random.Next(12))
        {
            case 0: peer.Durable(); said.Add("durable"); break;
            case 1: peer.Pass(TimeSpan.FromMilliseconds(random.Next(600))); said.Add("time"); break;
            case 2: peer.Submit("a"); said.Add("submit"); break;
            case 3:
                said.Add("server 2 connects");
                peer.Connect(2, (uint)random.Next(6));
                break;
            default:
                Message message = Random(random, peer);
                said.Add(message.ToString());
                if (message is Message.Vote or Message.Founding) peer.Step(new Input.PeerMessage(new ServerId(1 + (uint)random.Next(3)), LonePeer.Cluster, message));
                else if (random.Next(3) == 0 && peer.ChannelsOpened > 0) peer.Receive(message);
                else peer.Receive(random.Next(2) == 0 ? channel : new ChannelId((ulong)random.Next(4)), message);
                break;
        }
    }

    private static Message Random(DeterministicRandom random, LonePeer peer)
    {
        uint epoch = random.Next(3) == 0 ? (uint)random.Next(6) : peer.Peer.HardState.AcceptedEpoch;
        bool flag = random.Next(2) == 0;
        switch (random.Next(24))
        {
            case 0: return new Message.Vote((VoteState)(1 + random.Next(3)), random.NextUInt64() >> random.Next(64), new Candidate(epoch, AZxid(random), new ServerId((uint)random.Next(4))), flag, new Incarnation((ulong)random.Next(4)), (ulong)random.Next(3), AZxid(random), AZxid(random));
            case 1: return new Message.Founding(new Incarnation(1), 5, flag ? default : LonePeer.Cluster, flag ? peer.Peer.Config : null);
            case 2: return new Message.LearnerInfo(flag, epoch, random.Next(2), AZxid(random), new Incarnation((ulong)random.Next(4)), flag, 1, AZxid(random));
            case 3: return new Message.AckEpoch(epoch, flag, (uint)random.Next(5), APoint(random), APoint(random), [.. Enumerable.Range(0, random.Next(4)).Select(_ => new EpochEnd((uint)random.Next(5), AZxid(random)))], random.Next(4) == 0 ? new RepairFloor(1, AZxid(random)) : null);
            case 4: return new Message.SyncProgress(epoch, AZxid(random));
            case 5: return new Message.SnapshotProgress(epoch, random.Next(2_000));
            case 6: return new Message.SyncRefused(epoch, "so");
            case 7: return new Message.AckNewLeader(epoch, flag ? peer.Peer.LastLogged : AZxid(random));
            case 8 or 9: return new Message.Ack(epoch, flag ? peer.Peer.LastLogged : AZxid(random));
            case 10: return new Message.Request([.. Enumerable.Range(0, random.Next(3)).Select(static tag => new ProposalRequest((ulong)tag, new byte[] { 1 }))]);
            case 11: return new Message.ReadIndex((ulong)random.Next(3));
            case 12: return new Message.PingReply(epoch, (ulong)random.Next(9));
            case 13: return new Message.LeaderInfo(epoch + (uint)random.Next(2), 1, LonePeer.Cluster, peer.Peer.Config);
            case 14: return new Message.Diff(epoch, flag ? peer.Peer.LastPoint : APoint(random));
            case 15: return new Message.Trunc(epoch, flag ? Log[random.Next(Log.Length)].Point : APoint(random));
            case 16: return new Message.Snap(epoch, APoint(random), new SnapshotInfo(APoint(random), peer.Peer.Config, 1, random.Next(1_000), 1));
            case 17: return new Message.SnapshotChunk(epoch, flag ? 0 : random.Next(500), new byte[random.Next(1_000)]);
            case 18: return new Message.NewLeader(epoch, flag ? peer.Peer.LastLogged : AZxid(random));
            case 19: return new Message.UpToDate(epoch, AZxid(random));
            case 20: return new Message.Proposal(epoch, Entries(random, peer), AZxid(random));
            case 21: return new Message.Commit(epoch, AZxid(random));
            case 22: return new Message.Ping(epoch, (ulong)random.Next(9), AZxid(random));
            default: return flag ? new Message.ReadIndexReply(epoch, 1, AZxid(random)) : new Message.RequestRefused([1], "so");
        }
    }

    /// <summary>One that follows our last entry, of either kind, or one that follows nothing.</summary>
    private static Entry[] Entries(DeterministicRandom random, LonePeer peer)
    {
        HistoryPoint last = peer.Peer.LastPoint;
        uint epoch = peer.Peer.HardState.AcceptedEpoch;
        Zxid next = last.Zxid.Epoch == epoch ? new Zxid(epoch, last.Zxid.Counter + 1) : new Zxid(epoch, 1);
        EntryType type = random.Next(2) == 0 ? EntryType.Request : EntryType.Config;
        return random.Next(3) switch
        {
            0 => [],
            1 when Entry.IsNext(last.Zxid, next) => [Entry.After(last, next, 1, type, random.Next(2) == 0 ? peer.Peer.Config.Encode() : new byte[random.Next(40)])],
            _ => [Entry.FromParts(AZxid(random), AZxid(random), random.NextUInt64(), 1, type, new byte[random.Next(40)])],
        };
    }

    private static Zxid AZxid(DeterministicRandom random) => random.Next(9) == 0 ? Zxid.FromValue(random.NextUInt64()) : new Zxid((uint)random.Next(6), (uint)random.Next(5));

    private static HistoryPoint APoint(DeterministicRandom random) => random.Next(2) == 0 ? Log[random.Next(Log.Length)].Point : new HistoryPoint(AZxid(random), random.NextUInt64());
}
