using Zab.Core;

namespace Zab.Replica;

/// <summary>What the calls without an answer may take of this server's memory.</summary>
internal sealed class CallBudget
{
    /// <summary>Invariant: ≤ <see cref="CallLimits.CallsMax"/>.</summary>
    internal int Count { get; private set; }

    /// <summary>Invariant: ≤ <see cref="CallLimits.CallBytesMax"/>.</summary>
    internal long Bytes { get; private set; }

    /// <exception cref="NotExecutedException">There is no room.</exception>
    internal void Reserve(Call call)
    {
        if (Count >= CallLimits.CallsMax || Bytes + call.SizeBytes > CallLimits.CallBytesMax) throw CallErrors.Overloaded($"{Count} calls of {Bytes} bytes wait at this server");
        Count++;
        Bytes += call.SizeBytes;
    }

    internal void Release(Call call)
    {
        Count--;
        Bytes -= call.SizeBytes;
        Invariant.Require(Count >= 0, $"{Count} calls wait");
        Invariant.Require(Bytes >= 0, $"calls of {Bytes} bytes wait");
    }
}
