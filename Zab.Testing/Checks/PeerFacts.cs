using Zab.Core;

namespace Zab.Testing.Checks;

/// <summary>What a peer says of itself after a step. It is compared with what was seen from outside, and never believed alone.</summary>
internal readonly record struct PeerFacts(Role Role, uint Epoch, HistoryPoint LastPoint, Zxid LastDurable, Zxid LastCommitted)
{
    internal static PeerFacts Of(Peer peer) => new(peer.Role, peer.Epoch, peer.LastPoint, peer.LastDurable, peer.LastCommitted);
}
