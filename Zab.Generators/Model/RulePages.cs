namespace Zab.Generators.Model;

/// <summary>Where the pages of the rules are published: the one place that knows the address of the repository.</summary>
internal static class RulePages
{
    internal static string Of(string id) => $"https://github.com/zab-framework/Zab.Framework/blob/main/docs/rules/{id}.md";
}
