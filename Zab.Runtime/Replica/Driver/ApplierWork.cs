using Zab.Core;

namespace Zab.Replica;

/// <summary>What the applier is given to do, in order.</summary>
internal abstract class ApplierWork
{
    /// <summary>Apply everything up to this zxid.</summary>
    internal sealed class Commit(Zxid through) : ApplierWork
    {
        internal Zxid Through { get; } = through;
    }

    /// <summary>A snapshot is the state on disk now: make it the live one.</summary>
    internal sealed class Install(SnapshotInfo snapshot) : ApplierWork
    {
        internal SnapshotInfo Snapshot { get; } = snapshot;
    }

    /// <summary>What this server goes by.</summary>
    internal sealed class Configured(Ensemble ensemble, ClusterId cluster) : ApplierWork
    {
        internal Ensemble Ensemble { get; } = ensemble;

        internal ClusterId Cluster { get; } = cluster;
    }

    /// <summary>This server leads this epoch: its duties begin with the state as it is now.</summary>
    internal sealed class Lead(uint epoch) : ApplierWork
    {
        internal uint Epoch { get; } = epoch;
    }

    /// <summary>Between any two applies.</summary>
    internal sealed class Ask(Inquiry inquiry) : ApplierWork
    {
        internal Inquiry Inquiry { get; } = inquiry;
    }
}
