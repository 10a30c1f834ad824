using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Zab.Core;

namespace Zab.Testing.Checks;

/// <summary>How every check ends a run.</summary>
internal static class Rule
{
    /// <summary>Ends the run unless the condition holds. The text is built only when it does not.</summary>
    internal static void Require(
        string invariant, [DoesNotReturnIf(false)] bool condition, [InterpolatedStringHandlerArgument(nameof(condition))] ref Invariant.Message message)
    {
        if (!condition) throw new ViolationException(invariant, message.ToStringAndClear());
    }
}
