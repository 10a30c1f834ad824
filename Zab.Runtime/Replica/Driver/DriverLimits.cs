using Zab.Core;

namespace Zab.Replica;

/// <summary>Every bound of the driver, in one place.</summary>
internal static class DriverLimits
{
    /// <summary>Requests of callers of this server that the loop has not taken yet.</summary>
    internal const int QueuedRequestsMax = 16_384;

    /// <summary>Bytes of those requests.</summary>
    internal const int QueuedRequestBytesMax = 32 * 1024 * 1024;

    /// <summary>Bytes of newest entries kept in memory until they are applied; older ones are read from the log.</summary>
    internal const long WindowBytesMax = 64L * 1024 * 1024;

    /// <summary>Entries applied before queries get their turn.</summary>
    internal const int ApplyChunkEntries = 256;

    /// <summary>Bytes of log that are read at once, to apply or to replay them.</summary>
    internal const int ReadChunkBytes = 1024 * 1024;

    /// <summary>A tick that is late by so many periods comes after a pause of the process.</summary>
    internal const int PausedPeriods = 4;

    static DriverLimits()
    {
        Invariant.Require(QueuedRequestBytesMax >= Limits.PayloadBytesMax, $"the largest request would never be taken");
        Invariant.Require(WindowBytesMax >= Limits.PayloadBytesMax + Entry.OverheadBytes, $"the largest entry does not fit the window");
    }
}
