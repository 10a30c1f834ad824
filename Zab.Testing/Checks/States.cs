using System.Runtime.InteropServices;
using Zab.Core;

namespace Zab.Testing.Checks;

/// <summary>I18, the state at one zxid is the same everywhere; I27, so is the state that a snapshot brings.</summary>
internal sealed class States
{
    private readonly Dictionary<Zxid, (ulong Digest, ServerId First)> _digests = [];        // A hash of the digest, which would take ten times the memory.

    internal void Digest(ServerRecord server, Zxid zxid, string digest)
    {
        ulong hash = XxHash64.Hash(MemoryMarshal.AsBytes(digest.AsSpan()));
        if (_digests.TryAdd(zxid, (hash, server.Id))) return;
        (ulong known, ServerId first) = _digests[zxid];
        string invariant = server.StateBase == zxid && zxid != Zxid.None ? "I27" : "I18";
        Rule.Require(invariant, hash == known, $"the state of server {server.Id} at {zxid} has the digest {digest}, and that of server {first} another one");
    }
}
