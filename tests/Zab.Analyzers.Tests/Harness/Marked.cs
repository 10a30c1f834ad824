using Microsoft.CodeAnalysis.Text;

namespace Zab.Analyzers.Tests.Harness;

/// <summary>Code in which <c>[|…|]</c> stands around what must be reported.</summary>
internal sealed record Marked(string Code, TextSpan[] Spans)
{
    internal static Marked Parse(string text)
    {
        var code = new System.Text.StringBuilder();
        var open = new Stack<int>();
        var spans = new List<TextSpan>();
        for (int i = 0; i < text.Length; i++)
        {
            if (text.AsSpan(i).StartsWith("[|")) { open.Push(code.Length); i++; }
            else if (text.AsSpan(i).StartsWith("|]")) { spans.Add(TextSpan.FromBounds(open.Pop(), code.Length)); i++; }
            else code.Append(text[i]);
        }

        Assert.Empty(open);
        return new Marked(code.ToString(), [.. spans.OrderBy(static s => s.Start).ThenBy(static s => s.Length)]);
    }
}
