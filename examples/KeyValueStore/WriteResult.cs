namespace KeyValueStore;

/// <summary>What a write came to, with all that its first reply said: a repeated request is answered from it.</summary>
public readonly record struct WriteResult(WriteOutcome Outcome, byte[]? Value = null);

/// <summary>What a write came to; sent and kept as its number, so new ones go to the end.</summary>
public enum WriteOutcome : byte { Done, NotFound, Different, Counted, NotANumber, Overflow }
