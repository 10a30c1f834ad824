namespace Zab.Core;

/// <summary>What a learner does while it serves: hears commit points, answers pings, hands requests and reads to the leader.</summary>
internal sealed partial class LearnerRole
{
    private readonly SortedSet<ulong> _reads = [];
    private Zxid _heardCommit;

    /// <summary>
    /// A commit point reaches no further than what is verified on this channel: one that overtook TRUNC would commit a tail that is about to be cut.
    /// What was heard is kept, and taken up again as entries arrive.
    /// </summary>
    private void HearCommit(Zxid committed)
    {
        if (committed > _heardCommit) _heardCommit = committed;
        if (!IsMatched) return;
        state.Commit(_heardCommit < state.History.Last.Zxid ? _heardCommit : state.History.Last.Zxid);
    }

    /// <summary>An answer is a promise kept: it is given only while the leader's epoch is the one that we accepted last.</summary>
    private void OnPing(Message.Ping ping)
    {
        if (ping.Epoch == 0 || (IsOurs(ping.Epoch) && ping.Epoch == state.HardState.AcceptedEpoch)) state.Send(_channel, new Message.PingReply(ping.Epoch, ping.Nonce));
        if (IsOurs(ping.Epoch)) HearCommit(ping.Committed);
    }

    /// <summary>Handed on in order, in messages of bounded size.</summary>
    internal void OnSubmit(ProposalRequest[] requests)
    {
        if (!IsUpToDate)
        {
            state.Out.Add(new Output.Refused([.. requests.Select(static request => request.Tag)], "this server does not follow a leader at present"));
            return;
        }

        for (int first = 0; first < requests.Length;)
        {
            int end = first;
            for (int bytes = 0; end < requests.Length && (end == first || bytes + requests[end].Payload.Length <= Limits.BatchBytes) && end - first < Limits.BatchEntriesMax; end++)
                bytes += requests[end].Payload.Length;
            ForwardOrRefuse(requests[first..end]);
            first = end;
        }
    }

    private void ForwardOrRefuse(ProposalRequest[] requests)
    {
        if (requests.Length == 1 && requests[0].Payload.Length > Limits.PayloadBytesMax)
            state.Out.Add(new Output.Refused([requests[0].Tag], $"the request has {requests[0].Payload.Length} bytes; at most {Limits.PayloadBytesMax} are allowed"));
        else state.Send(_channel, new Message.Request(requests));
    }

    internal void OnRead(ulong id)
    {
        if (!IsUpToDate) state.Out.Add(new Output.ReadReady(id, null, "this server does not follow a leader at present"));
        else if (_reads.Count >= Limits.PendingReadsMax) state.Out.Add(new Output.ReadReady(id, null, "overloaded: too many linearizable reads wait for the leader; try again later"));
        else
        {
            _reads.Add(id);
            state.Send(_channel, new Message.ReadIndex(id));
        }
    }

    private void OnReadIndexReply(Message.ReadIndexReply reply)
    {
        if (!IsOurs(reply.Epoch) || !_reads.Remove(reply.Id))
        {
            state.Ignore("READINDEXRESP of another epoch, or of no read of ours");
            return;
        }

        state.Out.Add(new Output.ReadReady(reply.Id, reply.Zxid, reply.Zxid is null ? "the leader could not confirm that it leads" : null));
    }

    internal void OnTouch(SessionId[] sessions)
    {
        if (IsUpToDate && sessions.Length > 0) state.Send(_channel, new Message.Touch(sessions));
    }
}
