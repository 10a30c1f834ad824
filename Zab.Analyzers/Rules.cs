using Microsoft.CodeAnalysis;
using Zab.Generators.Model;

namespace Zab.Analyzers;

/// <summary>Every rule of this assembly. The page of each, <c>docs/rules/ZABnnnn.md</c>, says why, and what to do.</summary>
internal static class Rules
{
    internal static readonly DiagnosticDescriptor Clock = Determinism(
        "ZAB1001", "A replicated class reads a clock",
        "Each server runs a command at another moment, and again when it restarts: take the time that the leader stamped.");

    internal static readonly DiagnosticDescriptor Random = Determinism(
        "ZAB1002", "A replicated class draws random numbers of its own",
        "Each server would draw other numbers: take those of the context, which are the same everywhere.");

    internal static readonly DiagnosticDescriptor Identity = Determinism(
        "ZAB1003", "A replicated class makes identities of its own",
        "Each server would make another identity: take one from the context, or as an argument.");

    internal static readonly DiagnosticDescriptor CommandShape = Shape(
        "ZAB3003", "A method cannot be a command or a query",
        "A command is written to the log and run from it on every server, so its call must be made of bytes, and end before the next one begins.");

    internal static readonly DiagnosticDescriptor ClassShape = Shape(
        "ZAB3004", "A class cannot be replicated",
        "The generator adds a part to the class, and each server makes an instance of it and fills in its state.");

    private static DiagnosticDescriptor Determinism(string id, string title, string description) => new(
        id, title, "'{0}' is not the same on every server{1}", "Zab.Determinism", DiagnosticSeverity.Error, isEnabledByDefault: true, description, RulePages.Of(id));

    private static DiagnosticDescriptor Shape(string id, string title, string description) => new(
        id, title, "{0}", "Zab.Shape", DiagnosticSeverity.Error, isEnabledByDefault: true, description, RulePages.Of(id));
}
