using Spectre.Console;

namespace ZabWalkthrough;

/// <summary>Colours and tables, where somebody looks.</summary>
internal sealed class TerminalPage : IPage
{
    public void Title(string text) => AnsiConsole.Write(new Rule($"[bold yellow]{Markup.Escape(text)}[/]").LeftJustified());

    public void Say(string text) => AnsiConsole.MarkupLine($"\n{Markup.Escape(text)}");

    public void Event(string text) => AnsiConsole.MarkupLine($"    [grey]{Markup.Escape(text)}[/]");

    public void Fact(string text) => AnsiConsole.MarkupLine($"  [green]✓[/] {Markup.Escape(text)}");

    public void Table(string[] heads, IEnumerable<string[]> rows)
    {
        Table table = new Table().Border(TableBorder.Rounded);
        foreach (string head in heads) table.AddColumn($"[bold]{Markup.Escape(head)}[/]");
        foreach (string[] row in rows) table.AddRow([.. row.Select(Markup.Escape)]);
        AnsiConsole.Write(table);
    }
}
