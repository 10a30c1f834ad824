using System.Globalization;
using ZabWalkthrough;

int? chapter = null;
if (args is ["--chapter", var text])
{
    if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number < 1 || number > Book.Count)
    {
        Console.Error.WriteLine($"There is no chapter '{text}'; there are 1 to {Book.Count}.");
        return 2;
    }

    chapter = number;
}
else if (args.Length > 0)
{
    Console.Error.WriteLine("usage: ZabWalkthrough [--chapter N]");
    return 2;
}

Book.Tell(Console.IsOutputRedirected ? new PlainPage(Console.Out) : new TerminalPage(), chapter);
return 0;
