using Zab.Replica;
using Zab.Testing.Linearizability;

namespace Zab.Testing;

/// <summary>One command of a client that has no answer yet.</summary>
internal sealed class PendingCall(int id, Invocation invocation, byte[] payload, ulong number)
{
    internal int Id => id;

    internal Invocation Invocation => invocation;

    /// <summary>Its number in the client's session; 0 where the server's own session carries it.</summary>
    internal ulong Number => number;

    /// <summary>The attempt that is waited for; null where none is.</summary>
    internal Call? Attempt { get; set; }

    /// <summary>Some attempt ended without a word of what became of it.</summary>
    internal bool MayHaveRun { get; set; }

    /// <summary>For each attempt its own: the head of a payload is written where it is submitted.</summary>
    internal byte[] Payload() => [.. payload];
}
