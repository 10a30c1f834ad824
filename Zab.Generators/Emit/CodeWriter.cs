using System.Text;

namespace Zab.Generators.Emit;

/// <summary>Text in lines that end with LF, four spaces a level.</summary>
internal sealed class CodeWriter
{
    private readonly StringBuilder _text = new();
    private int _level;

    internal void Line(string line = "")
    {
        if (line.Length > 0) _text.Append(' ', _level * 4).Append(line);
        _text.Append('\n');
    }

    internal void Open(string line)
    {
        Line(line);
        Line("{");
        _level++;
    }

    internal void Close(string end = "}")
    {
        _level--;
        Line(end);
    }

    internal void Indented(string line)
    {
        _level++;
        Line(line);
        _level--;
    }

    public override string ToString() => _text.ToString();
}
