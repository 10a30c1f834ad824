namespace ZabWalkthrough;

/// <summary>Where the story is told.</summary>
internal interface IPage
{
    void Title(string text);

    void Say(string text);

    /// <summary>Something that happened between servers.</summary>
    void Event(string text);

    /// <summary>Something that was checked and is so.</summary>
    void Fact(string text);

    void Table(string[] heads, IEnumerable<string[]> rows);
}

/// <summary>Plain lines, which are Markdown: for files, pipes and tests.</summary>
internal sealed class PlainPage(TextWriter output) : IPage
{
    private bool _isAmongEvents;

    public void Title(string text) => Paragraph($"## {text}");

    public void Say(string text) => Paragraph(text);

    public void Event(string text)
    {
        output.Write($"{(_isAmongEvents ? "" : "\n")}    {text}\n");
        _isAmongEvents = true;
    }

    public void Fact(string text) => Paragraph($"- **Checked:** {text}");

    public void Table(string[] heads, IEnumerable<string[]> rows)
    {
        Paragraph($"| {string.Join(" | ", heads)} |\n|{string.Concat(heads.Select(static _ => "---|"))}");
        foreach (string[] row in rows) output.Write($"| {string.Join(" | ", row)} |\n");
    }

    private void Paragraph(string text)
    {
        output.Write($"\n{text}\n");
        _isAmongEvents = false;
    }
}
