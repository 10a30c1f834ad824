using Zab.Core;
using Zab.Wire;

namespace Zab.Transport;

/// <summary>Encodes messages, each once: a PROPOSAL goes to all learners as the same object, one Send after the other.</summary>
internal sealed class EncodingCache
{
    private Pair? _last;

    /// <exception cref="WireException">The message does not fit a frame.</exception>
    internal EncodedMessage Encode(Message message)
    {
        // A pair is immutable, so that two threads can only make each other encode once more.
        if (Volatile.Read(ref _last) is { } last && ReferenceEquals(last.Message, message)) return last.Encoded;
        EncodedMessage encoded = EncodedMessage.Of(message);
        Volatile.Write(ref _last, new Pair(message, encoded));
        return encoded;
    }

    private sealed record Pair(Message Message, EncodedMessage Encoded);
}
