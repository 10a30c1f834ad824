namespace Zab.Core;

/// <summary>Pings, which keep the roles alive and the learners' commit points fresh, and the linearizable reads that their answers confirm.</summary>
internal sealed partial class LeaderRole
{
    private readonly ReadRounds _reads = new();

    /// <summary>A read of a caller here. Before the first quorum of this epoch it waits: what is committed is not known yet.</summary>
    internal void OnRead(ulong id) => AddRead(new PendingRead(id, Learner: null));

    private void OnReadIndex(LearnerLink link, Message.ReadIndex read) => AddRead(new PendingRead(read.Id, link.Channel));

    private void AddRead(PendingRead read)
    {
        if (_reads.Count >= Limits.PendingReadsMax)
        {
            Answer(read, zxid: null, "overloaded: too many linearizable reads wait for their quorum; try again later");
            return;
        }

        _reads.Add(read);
        TryBeginReads();
    }

    private void TryBeginReads()
    {
        if (!IsEstablished || !_reads.TryBegin(_nonce + 1, state.LastCommitted)) return;
        Ping();
        CompleteReads();
    }

    private void Ping()
    {
        _nonce++;
        foreach (LearnerLink link in _links.Values)
        {
            uint epoch = link.Phase >= LinkPhase.Invited ? Epoch : 0;
            state.Send(link.Channel, new Message.Ping(epoch, _nonce, state.LastCommitted));
        }
    }

    private void OnPingReply(LearnerLink link, Message.PingReply reply)
    {
        if (reply.Epoch != Epoch || !link.Counts || link.Phase != LinkPhase.Adopted) return;
        _reads.Answered(link.Id, reply.Nonce);
        CompleteReads();
    }

    private void CompleteReads()
    {
        while (_reads.TryComplete(state.Config.QuorumSize) is { } reads)
        {
            foreach (PendingRead read in reads) Answer(read, _reads.Index, reason: null);
            if (!_reads.TryBegin(_nonce + 1, state.LastCommitted)) return;
            Ping();
        }
    }

    private void FailReads(string reason)
    {
        foreach (PendingRead read in _reads.All)
            if (read.Learner is null) Answer(read, zxid: null, reason);
    }

    private void Answer(PendingRead read, Zxid? zxid, string? reason)
    {
        if (read.Learner is not { } channel) state.Out.Add(new Output.ReadReady(read.Id, zxid, reason));
        else if (_links.ContainsKey(channel.Value)) state.Send(channel, new Message.ReadIndexReply(Epoch, read.Id, zxid));
        else state.Ignore("a read of a learner that has gone");
    }
}
