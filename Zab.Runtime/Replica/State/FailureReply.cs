using Zab.Serialization;

namespace Zab.Replica;

/// <summary>What stands in the reply of a <see cref="RequestOutcome.Failed"/> request: the code, then the text.</summary>
/// <param name="Code">The code of a <see cref="CommandException"/>, the name of another exception's type, or one of the codes below.</param>
/// <param name="Text">The text of a <see cref="CommandException"/>; of any other exception empty, for its text differs by culture and runtime.</param>
internal readonly record struct FailureReply(string Code, string Text)
{
    /// <summary>The command ran, and what it returned is over <see cref="SessionLimits.ResultBytesMax"/>.</summary>
    internal const string ResultTooLarge = "Zab.ResultTooLarge";

    /// <summary>No session was created: there are <see cref="SessionLimits.SessionsMax"/> of them.</summary>
    internal const string TooManySessions = "Zab.TooManySessions";

    internal void Write(ref ZabWriter writer)
    {
        StateText.Write(ref writer, Code);
        StateText.Write(ref writer, Text);
    }

    /// <exception cref="ZabFormatException">The bytes are no failure.</exception>
    internal static FailureReply Read(ReadOnlySpan<byte> reply)
    {
        var reader = new ZabReader(reply);
        var failure = new FailureReply(StateText.Read(ref reader), StateText.Read(ref reader));
        reader.End();
        return failure;
    }
}
