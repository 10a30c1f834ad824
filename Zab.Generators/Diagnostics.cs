using Microsoft.CodeAnalysis;
using Zab.Generators.Model;

namespace Zab.Generators;

/// <summary>What the generator itself reports, because only it can know; every other rule is an analyzer's.</summary>
internal static class Diagnostics
{
    internal static readonly DiagnosticDescriptor NotEncodable = new(
        "ZAB3001", "A type cannot be encoded", "{0}", "Zab.Serialization", DiagnosticSeverity.Error, isEnabledByDefault: true,
        description: "What a replicated class keeps, takes and returns is written to the log, to snapshots and to the network; each type on the way must be one that can be encoded.",
        helpLinkUri: RulePages.Of("ZAB3001"));

    internal static readonly DiagnosticDescriptor InternalError = new(
        "ZAB9001", "The generator failed", "The generator failed on {0}, which therefore has no client; please report this: {1}", "Zab.Generators", DiagnosticSeverity.Error, isEnabledByDefault: true,
        helpLinkUri: RulePages.Of("ZAB9001"));
}
