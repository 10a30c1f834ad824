using Zab.Core;

namespace Zab.Replica;

/// <summary>The answer to a request that took its number. <see cref="Bytes"/> is owned and never changed.</summary>
/// <param name="Zxid">Where the number was taken.</param>
/// <param name="Outcome">Result, Failed or Filled.</param>
/// <param name="Bytes">The reply.</param>
internal readonly record struct CachedReply(Zxid Zxid, RequestOutcome Outcome, byte[] Bytes)
{
    /// <summary>What it counts for in the bounds: an empty answer takes memory too.</summary>
    internal int Size => Bytes.Length + SessionLimits.ReplyOverheadBytes;
}

/// <summary>Where a request number stands in its session; the four cases that <see cref="SessionState.PlaceOf"/> tells apart.</summary>
internal enum NumberPlace : byte { Next, Kept, Dropped, Gap }

/// <summary>One session: its holder's secret, which numbers are taken, and the newest answers.</summary>
/// <remarks>Invariant: the numbers taken are 1 … LastNumber; the answers kept are those of FirstKept … LastNumber, without a hole.</remarks>
internal sealed class SessionState
{
    private CachedReply[] _ring = [];       // The answer to number n is at n modulo the length, which is a power of two.

    /// <summary>A session of which <paramref name="lastNumber"/> numbers are taken, the last of them with answers that are still kept.</summary>
    internal SessionState(SessionId id, ulong secret, TimeSpan timeout, ulong lastNumber = 0, params ReadOnlySpan<CachedReply> kept)
    {
        Invariant.Require((ulong)kept.Length <= lastNumber, $"session {id}: {kept.Length} answers for {lastNumber} numbers");
        (Id, Secret, Timeout) = (id, secret, timeout);
        LastNumber = lastNumber - (ulong)kept.Length;
        FirstKept = LastNumber + 1;
        foreach (CachedReply reply in kept) Append(reply);
    }

    internal SessionId Id { get; }

    internal ulong Secret { get; }

    internal TimeSpan Timeout { get; }

    /// <summary>The highest number taken; 0 where there is none. Grows by one.</summary>
    internal ulong LastNumber { get; private set; }

    /// <summary>The lowest number whose answer is kept; LastNumber + 1 where none is. Never decreases.</summary>
    internal ulong FirstKept { get; private set; }

    /// <summary>Answers kept. Invariant: ≤ <see cref="SessionLimits.RepliesMax"/>.</summary>
    internal int Count => (int)(LastNumber + 1 - FirstKept);

    /// <summary>The <see cref="CachedReply.Size"/> of the answers kept. Invariant: ≤ <see cref="SessionLimits.ReplyBytesMax"/>.</summary>
    internal int Bytes { get; private set; }

    /// <summary>
    /// <code>
    /// case      number                   its request
    /// Next      = LastNumber + 1         runs now
    /// Kept      ≤ LastNumber, kept       gets the first answer, no effect
    /// Dropped   ≤ LastNumber, not kept   is told that it was taken, no effect
    /// Gap       > LastNumber + 1         is told the number expected, no effect, nothing remembered
    /// </code>
    /// </summary>
    internal NumberPlace PlaceOf(ulong number)
    {
        Invariant.Require(number >= 1, $"session {Id}: request number 0");
        if (number > LastNumber) return number - 1 == LastNumber ? NumberPlace.Next : NumberPlace.Gap;
        return number >= FirstKept ? NumberPlace.Kept : NumberPlace.Dropped;
    }

    /// <summary>The answer to a number that is <see cref="NumberPlace.Kept"/>.</summary>
    internal CachedReply Reply(ulong number)
    {
        Invariant.Require(PlaceOf(number) == NumberPlace.Kept, $"session {Id}: the answer to {number} is not kept");
        return _ring[Slot(number)];
    }

    /// <summary>Takes the next number, with its answer. Where the bounds of the session need it, its oldest answers go.</summary>
    internal void Take(in CachedReply reply)
    {
        Invariant.Require(reply.Bytes.Length <= SessionLimits.ResultBytesMax, $"session {Id}: an answer of {reply.Bytes.Length} bytes");
        while (Count >= SessionLimits.RepliesMax || Bytes + reply.Size > SessionLimits.ReplyBytesMax) DropOldest();
        Append(reply);
    }

    /// <summary>The caller has the answers up to <paramref name="number"/>.</summary>
    internal void DropThrough(ulong number)
    {
        while (Count > 0 && FirstKept <= number) DropOldest();
    }

    internal void DropOldest()
    {
        Invariant.Require(Count > 0, $"session {Id}: no answer is kept that could go");
        ref CachedReply oldest = ref _ring[Slot(FirstKept)];
        Bytes -= oldest.Size;
        oldest = default;
        FirstKept++;
        if (_ring.Length > 16 && Count <= _ring.Length / 4) Resize(_ring.Length / 2);      // A burst leaves no memory behind.
    }

    private void Append(in CachedReply reply)
    {
        if (Count == _ring.Length) Resize(Math.Max(4, 2 * _ring.Length));
        LastNumber = checked(LastNumber + 1);
        _ring[Slot(LastNumber)] = reply;
        Bytes += reply.Size;
    }

    private void Resize(int length)
    {
        var resized = new CachedReply[length];
        for (ulong number = FirstKept; number <= LastNumber; number++) resized[(int)(number & (ulong)(length - 1))] = _ring[Slot(number)];
        _ring = resized;
    }

    private int Slot(ulong number) => (int)(number & (ulong)(_ring.Length - 1));
}
