using System.Text.RegularExpressions;

namespace Zab.Architecture;

/// <summary>A markdown file of the repository: its links, its anchors, its snippets.</summary>
internal sealed partial class MarkdownFile
{
    private readonly string _text;
    private readonly string _prose;

    internal MarkdownFile(string path)
    {
        Path = path;
        _text = File.ReadAllText(path).ReplaceLineEndings("\n");
        _prose = InlineCode().Replace(Fence().Replace(_text, ""), "");
    }

    internal string Path { get; }

    internal static IEnumerable<MarkdownFile> All => Sources.Files("", ".md").Select(static f => new MarkdownFile(f));

    /// <summary>Targets of links to files of the repository and to headings, as they are written.</summary>
    internal IEnumerable<string> LocalLinks => Link().Matches(_prose).Select(static m => m.Groups[1].Value).Where(static l => !l.Contains("://", StringComparison.Ordinal) && !l.StartsWith("mailto:", StringComparison.Ordinal));

    /// <summary>What a link to a heading of this file may say behind its #.</summary>
    internal IReadOnlySet<string> Anchors => Heading().Matches(Fence().Replace(_text, "")).Select(static m => Slug(m.Groups[1].Value)).ToHashSet(StringComparer.Ordinal);

    /// <summary>The fenced blocks marked <c>csharp</c>.</summary>
    internal IReadOnlyList<string> CSharp => [.. Fence().Matches(_text).Where(static m => m.Groups[1].Value == "csharp").Select(static m => m.Groups[2].Value)];

    private static string Slug(string heading) => string.Concat(heading.Trim().ToLowerInvariant().Select(static c => char.IsLetterOrDigit(c) || c is '-' or '_' ? c.ToString() : c == ' ' ? "-" : ""));

    [GeneratedRegex(@"^```(\w*)\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Fence();

    [GeneratedRegex("`[^`\n]*`")]
    private static partial Regex InlineCode();

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex(@"^#{1,6} +(.+)$", RegexOptions.Multiline)]
    private static partial Regex Heading();
}
