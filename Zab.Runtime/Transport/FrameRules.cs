using Zab.Wire;

namespace Zab.Transport;

/// <summary>Which frames may arrive on a connection.</summary>
internal static class FrameRules
{
    // case  refused is a frame                         what it may be
    //  A    of another incarnation                     recorded on another connection
    //  B    of another cluster, where both have one    a server that was moved between ensembles while connected
    //  C    of a type that does not belong here        a peer that takes itself for something else
    /// <exception cref="WireException">The frame may not arrive here; whose connection it is ends.</exception>
    internal static void Require(in Frame frame, LocalServer local, ulong incarnation, Func<FrameType, bool> isExpected)
    {
        if (frame.Incarnation != incarnation) throw new WireException($"frame {frame.Type} carries the incarnation {frame.Incarnation:x16}, this connection has {incarnation:x16}");              // A
        if (!local.MayShareClusterWith(frame.ClusterId)) throw new WireException($"frame {frame.Type} is of cluster {frame.ClusterId}, this server belongs to {local.Cluster}");                   // B
        if (!isExpected(frame.Type)) throw new WireException($"frame {frame.Type} does not belong on this connection, in this direction");                                                       // C
    }
}
