using Zab.Core;

namespace Zab.Testing.Checks;

/// <summary>I26: a server whose disk failed, or that found itself wrong, acknowledges, votes, commits, applies and answers nothing in this life.</summary>
internal static class Poison
{
    /// <summary>What was said in the same step before the end is still right; outputs are carried out after this is called.</summary>
    internal static void Ended(ServerRecord server, string reason, Outputs outputs, int place)
    {
        if (server.Poison is not null) return;
        server.Poison = reason;
        for (int i = 0; i < place; i++)
        {
            if (outputs[i] is Output.Send send) server.LastWords.Add(send.Message);
            else if (outputs[i] is Output.SendPeer peer) server.LastWords.Add(peer.Message);
        }
    }

    internal static void Sent(ServerRecord server, Message message)
    {
        if (server.Poison is null || message is Message.Goodbye or Message.SyncRefused or Message.RequestRefused) return;
        foreach (Message last in server.LastWords)
            if (ReferenceEquals(last, message)) return;
        Require(server, message.GetType().Name);
    }

    internal static void Require(ServerRecord server, string what) => Rule.Require("I26", server.Poison is null,
        $"server {server.Id} goes on ({what}), and ended before: {server.Poison}");
}
