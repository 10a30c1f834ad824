namespace Zab.Replica;

/// <summary>What became of a call: the number is taken, and this is what was kept for it.</summary>
/// <param name="Outcome">Result, Failed, AlreadyExecuted or Filled.</param>
/// <param name="Zxid">Where it was executed first; for AlreadyExecuted, where that was told.</param>
/// <param name="Reply">The reply, owned.</param>
internal readonly record struct Answer(RequestOutcome Outcome, Zxid Zxid, byte[] Reply)
{
    internal static Answer Of(in AppliedRequest applied) => new(applied.Outcome, applied.Zxid, applied.Reply.ToArray());
}
