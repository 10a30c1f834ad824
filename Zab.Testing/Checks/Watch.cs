using Zab.Core;
using Zab.Replica;

namespace Zab.Testing.Checks;

/// <summary>
/// Everything that must hold over one run: hears what servers, disks and state machines did, keeps tables of it, and ends the run at the first event that
/// breaks a rule.
/// </summary>
/// <remarks>
/// <code>
/// rule  that                                                    checked by                          sees
/// I1    an epoch has one leader, promised by a quorum           Commitment.Led, TakeOver            Stepped: the role, hard states; Sent: ACKEPOCH
/// I2    a promise is durable before a word, and given once      Promises.Sent                       Sent: LEADERINFO, ACKEPOCH, LEARNERINFO, VOTE,
///                                                                                                   PING replies
/// I3    history, then epoch, then the ACK of NEWLEADER          Durability.Saved, .Sent,            Durable: hard states; Sent: ACK of NEWLEADER;
///                                                               Commitment.Led, Directories         Stepped: the role; Started
/// I4    durable before it is acknowledged or claimed            Durability.Sent, .Durable           Sent: ACK, progress, LEARNERINFO, ACKEPOCH, VOTE; Durable
/// I5    a quorum before a commit, in the newest configuration   Commitment.RequireQuorum, .Told     Sent: acks, commit points; Stepped: the leader's
///                                                                                                   commit point
/// I6    counted acks came on channels that are open, in this    Commitment.RequireQuorum            Stepped: channels, received acks
///       epoch
/// I7    what is committed stays; what is durable stays          Durability.Cut, .Installed;         Durable: cuts, snapshots, compactions; Started
///                                                               Directories
/// I8    a leader holds all that was committed before            Commitment.Led, .Decided, TakeOver  Stepped: the role, the leader's commit point
/// I9    what a leader's initial history lacks never comes back  Order.Applied                       Applied
/// I10   what is applied was proposed, and is applied once       Order, Entries, Directories,        Applied, Sent, Stepped: appends; Started; AppliedRequest
///                                                               Sessions
/// I11   a zxid has one content                                  Entries, Directories                every history point and entry that is seen anywhere
/// I12   one order of what is applied                            Order.Applied                       Applied
/// I13   and it is the committed one                             Order.Applied, Directories          Applied, Finish
/// I14   what one leader proposed is applied in its order        Order.Applied                       Applied
/// I15   epochs never decrease                                   Order.Applied                       Applied
/// I16   a leader begins with all that was applied               Entries.Proposed                    Stepped: the first append of an epoch
/// I17   no gap; applied ≤ durable ≤ logged, applied ≤ committed Entries, Order, Commitment, Watch   Stepped, Applied, Durable; what the peer says of itself
/// I18   equal zxid, equal state                                 States, Sessions                    Digest, AppliedRequest
/// I19   a session's requests: 1, 2, 3, …, once                  SessionTrail                        AppliedRequest
/// I20   what was acknowledged is there                          Finish; and client histories        Finish
/// I21   no value that nobody wrote                              client histories, elsewhere
/// I22   linearizable                                            Freshness; client histories,        Stepped: reads asked and answered
///                                                               elsewhere
/// I23   sequential local reads                                  client histories, elsewhere
/// I24   a session that ended stays silent                       SessionTrail                        AppliedRequest
/// I25   a configuration begins in it and in the one before      Commitment.RequireQuorum, Entries,  Stepped: appends, commit points; hard states
///                                                               Configs
/// I26   who ended is silent                                     Poison                              Stepped: failures, Fatal; Sent, Applied, AppliedRequest
/// I27   a snapshot is the state at its zxid                     States, Order, Durability           Digest, StateReplaced, SnapshotMade, Durable
/// I28   memory is bounded                                       Queued                              Queued
/// I29   the same seed, the same run                             two runs, elsewhere
/// I30   promises never go back                                  Promises.Asked, Directories         Stepped: hard states; Started
/// </code>
/// A server is judged by what was seen to be durable there, never by what its peer says; what the peer says must agree with it. Costs: a few comparisons an
/// event; tables grow by some 150 bytes an entry, and by nothing else that a run has much of.
/// </remarks>
internal sealed class Watch
{
    private readonly Run _run;
    private readonly Directories _directories;
    private readonly Durability _durability;
    private readonly Commitment _commitment;
    private readonly TakeOver _takeOver;
    private readonly Freshness _freshness;
    private readonly Entries _entries;
    private readonly Order _order;
    private readonly Sessions _sessions = new();
    private readonly States _states = new();

    /// <param name="startList">Who there is, and in which role.</param>
    internal Watch(Ensemble startList)
    {
        _run = new Run(startList);
        _directories = new Directories(_run);
        _durability = new Durability(_run);
        _commitment = new Commitment(_run);
        _takeOver = new TakeOver(_run);
        _freshness = new Freshness(_run);
        _entries = new Entries(_run);
        _order = new Order(_run, _entries);
    }

    /// <summary>The last entry that a leader has committed.</summary>
    internal Zxid Committed => _run.Committed;

    /// <summary>The last entry that any server has applied.</summary>
    internal Zxid LastApplied => _run.Applied;

    /// <summary>How many leaders were established.</summary>
    internal int LeadersEstablished => _run.Histories.EstablishedCount;

    // ---- Lives ----

    /// <summary>A new life: recovery has judged the directory, and the peer has not taken its first step.</summary>
    internal void Started(ServerId server, RecoveredState recovered) => _directories.Started(_run[server], recovered);

    /// <summary>The process is gone: killed, or its power lost.</summary>
    internal void Crashed(ServerId server) => _run[server].EndLife();

    /// <summary>Something was done to the directory, while the server was down or up.</summary>
    internal void Disturbed(ServerId server, DirectoryFault fault) => Directories.Disturbed(_run[server], fault);

    /// <summary>The server has ended for a reason that its peer does not know of: nothing may come of this life any more.</summary>
    internal void Poisoned(ServerId server, string reason) => _run[server].Poison ??= reason;

    // ---- Core ----

    /// <summary>Right after the step of a peer, before its outputs are carried out.</summary>
    internal void Stepped(ServerId server, Peer peer, Input input, Outputs outputs) => Stepped(server, PeerFacts.Of(peer), input, outputs);

    internal void Stepped(ServerId id, in PeerFacts facts, Input input, Outputs outputs)
    {
        ServerRecord server = Up(id);
        Take(server, input, outputs);
        if (facts.Role == Role.Leading && facts.Epoch != server.Leading) _commitment.Led(server, facts.Epoch);
        uint leads = server.Leading;
        Zxid given = server.CommitGiven;
        bool closes = false;
        for (int i = 0; i < outputs.Count; i++)
        {
            switch (outputs[i])
            {
                case Output.Write write: Asked(server, write); break;
                case Output.Commit commit:
                    Poison.Require(server, "commits");
                    Rule.Require("I17", commit.Through >= given, $"server {server.Id} is told to apply up to {commit.Through}, after {given}");
                    given = commit.Through;
                    break;
                case Output.CloseChannel: closes = true; break;
                case Output.ReadReady ready: Freshness.Answered(server, ready); break;
                case Output.Fatal fatal: Poison.Ended(server, fatal.Reason, outputs, i); break;
            }
        }

        if (facts.LastCommitted != server.Committed)
        {
            if (leads != 0) _commitment.Decided(server, leads, facts.LastCommitted);
            else _commitment.Heard(server, facts.LastCommitted);
        }

        if (given != server.CommitGiven) _order.Given(server, given);
        if (facts.Role != Role.Leading) server.Leading = 0;
        if (closes) Close(server, outputs);
        CompareWithPeer(server, facts);
    }

    /// <summary>A message is handed to the wire: whatever it has to wait for is durable, as its driver believes.</summary>
    internal void Sent(ServerId from, ServerId to, ChannelId channel, Message message)
    {
        _ = channel;
        ServerRecord server = Up(from);
        if (server.Poison is not null) Poison.Sent(server, message);
        switch (message)
        {
            case Message.Ping m: Commitment.Told(server, m.Committed); break;
            case Message.PingReply m: Promises.Sent(server, m); break;
            case Message.Ack m: _durability.Sent(server, m); break;
            case Message.Commit m: Commitment.Told(server, m.Zxid); break;
            case Message.Proposal m:
                _entries.Sent(server, m);
                Commitment.Sent(server, _run[to], m);
                break;
            case Message.Vote m:
                Promises.Sent(server, m);
                _durability.Sent(server, m);
                break;
            case Message.LearnerInfo m:
                Promises.Sent(server, m);
                _durability.Sent(server, m);
                break;
            case Message.LeaderInfo m: Promises.Sent(server, m); break;
            case Message.AckEpoch m:
                Promises.Sent(server, m);
                _takeOver.Promised(server, _run[to], m);
                _entries.CheckKnown(server, m.Last, "answers LEADERINFO with");
                _entries.CheckKnown(server, m.Base, "answers LEADERINFO with");
                _durability.Sent(server, m);
                break;
            case Message.Diff m: _entries.CheckKnown(server, m.Base, "sends DIFF after"); break;
            case Message.Trunc m: _entries.CheckKnown(server, m.Target, "sends TRUNC to"); break;
            case Message.Snap m: _entries.CheckKnown(server, m.Snapshot.Point, "sends SNAP at"); break;
            case Message.SyncProgress m: _durability.Sent(server, m); break;
            case Message.AckNewLeader m: _durability.Sent(server, m); break;
            case Message.UpToDate m: _commitment.Sent(server, m); break;
        }
    }

    // ---- Disk ----

    /// <summary>The store has reported these writes durable, and the peer does not know it yet.</summary>
    /// <param name="server">Whose disk.</param>
    /// <param name="writes">In the order in which they were asked for.</param>
    /// <param name="installRejected">The snapshot among them was not installed.</param>
    internal void Durable(ServerId server, ReadOnlySpan<Output.Write> writes, bool installRejected) => _durability.Durable(Up(server), writes, installRejected);

    // ---- State ----

    /// <summary>The live state of this server has taken this entry.</summary>
    internal void Applied(ServerId id, Entry entry)
    {
        ServerRecord server = Up(id);
        Poison.Require(server, "applies");
        _order.Applied(server, entry);
    }

    /// <summary>What became of a request, as this server tells its callers. Once for each server and life.</summary>
    internal void AppliedRequest(ServerId id, in AppliedRequest request)
    {
        ServerRecord server = Up(id);
        Poison.Require(server, "answers");
        _sessions.Applied(server, request);
    }

    /// <summary>A snapshot has replaced the live state: one that was installed, or the one that a start begins with.</summary>
    internal void StateReplaced(ServerId server, HistoryPoint point) => _order.Replaced(Up(server), point);

    /// <summary>A snapshot of this server's own is complete on its disk.</summary>
    internal void SnapshotMade(ServerId server, HistoryPoint point) => _order.Made(Up(server), point);

    /// <summary>The digest of a server's whole state, as it is after the entry <paramref name="zxid"/>.</summary>
    internal void Digest(ServerId server, Zxid zxid, string digest) => _states.Digest(_run[server], zxid, digest);

    /// <summary>I28: how much a queue of this server holds, in its own unit, and how much it may.</summary>
    internal void Queued(ServerId server, string queue, long amount, long max) =>
        Rule.Require("I28", amount <= max, $"{queue} of server {server} holds {amount}, and may hold {max}");

    // ---- End ----

    /// <summary>The run is over, and these servers have come to the same: all that was committed is durable on each of them (I20), and applied (I13).</summary>
    internal void Finish(params ReadOnlySpan<ServerId> core)
    {
        foreach (ServerId id in core)
        {
            ServerRecord server = Up(id);
            Rule.Require("I20", _run.Histories.Contains(server.Durable, _run.Committed),
                $"in the end server {id} holds {server.Durable}, and {_run.Committed} is committed");
            Rule.Require("I13", server.Applied == _run.Committed, $"in the end server {id} has applied {server.Applied}, and {_run.Committed} is committed");
        }
    }

    private ServerRecord Up(ServerId id)
    {
        ServerRecord server = _run[id];
        return server.IsUp ? server : throw new InvalidOperationException($"server {id} is down, and does something");
    }

    private void Take(ServerRecord server, Input input, Outputs outputs)
    {
        switch (input)
        {
            case Input.Received received: _commitment.Received(server, received.Channel, received.Message); break;
            case Input.WritesDone done when done.Through >= server.Installed: server.Installed = WriteId.None; break;
            case Input.ChannelUp { IsOutgoing: false } up: server.Channels.Add(new OpenChannel(up.Channel, _run[up.Peer])); break;
            case Input.ChannelDown down: server.Close(down.Channel); break;
            case Input.Read read: _freshness.Asked(server, read.Id); break;
            case Input.SnapshotTaken taken: if (taken.Snapshot.Point.Zxid > server.Snapshot) server.Snapshot = taken.Snapshot.Point.Zxid; break;
            case Input.StorageFailed failed: Poison.Ended(server, failed.Reason, outputs, place: 0); break;
        }
    }

    private void Asked(ServerRecord server, Output.Write write)
    {
        Zxid after = Zxid.None;
        switch (write)
        {
            case Output.Append append: _entries.Appended(server, append.Entries); break;
            case Output.SaveHardState save:
                after = Durability.BeforeAdopting(server, save.State);
                HardState before = server.Asked;
                Promises.Asked(server, save.State);
                _takeOver.Asked(server, before, save.State);
                break;
            case Output.Truncate truncate:
                Rule.Require("I17", _run.Histories.Contains(server.Logged, truncate.Target.Zxid),
                    $"server {server.Id} cuts its log at {truncate.Target}, and it ends at {server.Logged}");
                _entries.CheckKnown(server, truncate.Target, "cuts its log at");
                server.Logged = truncate.Target.Zxid;
                break;
        }

        server.Pending.Enqueue(new PendingWrite(write, after));
    }

    private static void Close(ServerRecord server, Outputs outputs)
    {
        for (int i = 0; i < outputs.Count; i++)
            if (outputs[i] is Output.CloseChannel close) server.Close(close.Channel);
    }

    /// <summary>I17: what the peer believes of its own log is what was seen. Not while it has not heard of a snapshot that replaced the log; one that was stopped hears nothing.</summary>
    private void CompareWithPeer(ServerRecord server, in PeerFacts facts)
    {
        if (server.Installed != WriteId.None || facts.Role == Role.Stopped) return;
        Rule.Require("I17", facts.LastPoint.Zxid == server.Logged,
            $"the peer of server {server.Id} believes that its log ends at {facts.LastPoint}, and it ends at {server.Logged}");
        Rule.Require("I17", _run.Histories.Contains(server.Durable, facts.LastDurable),
            $"the peer of server {server.Id} believes that {facts.LastDurable} is durable, and {server.Durable} is");
    }
}
