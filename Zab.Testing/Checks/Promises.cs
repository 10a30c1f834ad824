using Zab.Core;

namespace Zab.Testing.Checks;

/// <summary>I2, a promise is durable before anybody hears of it, and given once; I30, promises never go back.</summary>
internal static class Promises
{
    /// <summary>I30.</summary>
    internal static void Asked(ServerRecord server, HardState state)
    {
        HardState before = server.Asked;
        Rule.Require("I30", state.Incarnation == before.Incarnation,
            $"server {server.Id} writes the incarnation {state.Incarnation} into the directory {before.Incarnation}");
        Rule.Require("I30", state.AcceptedEpoch >= before.AcceptedEpoch,
            $"server {server.Id} writes accepted epoch {state.AcceptedEpoch} after {before.AcceptedEpoch}");
        Rule.Require("I30", state.CurrentEpoch >= before.CurrentEpoch,
            $"server {server.Id} writes current epoch {state.CurrentEpoch} after {before.CurrentEpoch}");
        Rule.Require("I30", state.CurrentEpoch <= state.AcceptedEpoch,
            $"server {server.Id} writes current epoch {state.CurrentEpoch}, beyond its accepted epoch {state.AcceptedEpoch}");
        Rule.Require("I30", state.Generation > before.Generation, $"server {server.Id} writes generation {state.Generation} after {before.Generation}");
        server.Asked = state;
    }

    internal static void Sent(ServerRecord server, Message.LeaderInfo info) =>
        Rule.Require("I2", info.Epoch <= server.Hard.AcceptedEpoch,
            $"server {server.Id} proposes epoch {info.Epoch}, and has durably accepted {server.Hard.AcceptedEpoch}");

    internal static void Sent(ServerRecord server, Message.AckEpoch ack)
    {
        Rule.Require("I2", ack.Epoch <= server.Hard.AcceptedEpoch,
            $"server {server.Id} answers epoch {ack.Epoch}, and has durably accepted {server.Hard.AcceptedEpoch}");
        Rule.Require("I2", ack.CurrentEpoch <= server.Hard.CurrentEpoch,
            $"server {server.Id} says that it is in epoch {ack.CurrentEpoch}, and {server.Hard.CurrentEpoch} is durable");
        if (!ack.IsPromise) return;
        Rule.Require("I2", ack.Epoch > server.Promised, $"server {server.Id} promises epoch {ack.Epoch}, and has promised {server.Promised} before");
        server.Promised = ack.Epoch;
    }

    internal static void Sent(ServerRecord server, Message.LearnerInfo info) =>
        Rule.Require("I2", info.AcceptedEpoch <= server.Hard.AcceptedEpoch,
            $"server {server.Id} says that it has accepted epoch {info.AcceptedEpoch}, and {server.Hard.AcceptedEpoch} is durable");

    internal static void Sent(ServerRecord server, Message.Vote vote)
    {
        if (vote.State != VoteState.Looking || vote.Candidate.Id != server.Id) return;
        Rule.Require("I2", vote.Candidate.CurrentEpoch <= server.Hard.CurrentEpoch,
            $"server {server.Id} stands for election with epoch {vote.Candidate.CurrentEpoch}, and {server.Hard.CurrentEpoch} is durable");
    }

    /// <summary>Who answers a leader's PING has promised nobody a later epoch.</summary>
    internal static void Sent(ServerRecord server, Message.PingReply reply) =>
        Rule.Require("I2", reply.Epoch == 0 || reply.Epoch >= server.Hard.AcceptedEpoch,
            $"server {server.Id} confirms the leader of epoch {reply.Epoch}, and has accepted epoch {server.Hard.AcceptedEpoch}");
}
