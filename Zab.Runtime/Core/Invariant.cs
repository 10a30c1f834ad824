using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Zab.Core;

/// <summary>A rule of the protocol does not hold on this server: it stops here, before it can say anything wrong to others.</summary>
internal sealed class InvariantException(string message) : Exception(message);

/// <summary>Conditions that only a bug can break; checked always, in Release too.</summary>
internal static class Invariant
{
    /// <summary>Stops this server unless the condition holds. The message is built only when it does not.</summary>
    internal static void Require([DoesNotReturnIf(false)] bool condition, [InterpolatedStringHandlerArgument(nameof(condition))] ref Message message)
    {
        if (!condition) throw new InvariantException(message.ToStringAndClear());
    }

    /// <summary>Builds the text of a broken invariant, and nothing while it holds.</summary>
    [InterpolatedStringHandler]
    internal ref struct Message
    {
        private DefaultInterpolatedStringHandler _text;

        public Message(int literalLength, int formattedCount, bool condition, out bool append)
        {
            append = !condition;
            _text = condition ? default : new DefaultInterpolatedStringHandler(literalLength, formattedCount);
        }

        public void AppendLiteral(string value) => _text.AppendLiteral(value);

        public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

        internal string ToStringAndClear() => _text.ToStringAndClear();
    }
}
