namespace Zab.Tests.Linearizability;

/// <summary>A replicated class that reads all of its context, and fails in every way that a class can.</summary>
[Replicated]
public sealed partial class Lottery
{
    private readonly List<long> _drawn = [];

    [Command]
    public string Draw(CommandContext context)
    {
        long number = context.Random.NextInt64(1_000_000);
        _drawn.Add(number);
        return FormattableString.Invariant($"{number} at {context.Zxid} for {context.Session}, {context.Now:O}");
    }

    [Command] public void Refuse(string reason) => throw new CommandException("lottery.refused", $"{reason}, after {_drawn.Count}");

    [Command] public void Crash(int number)
    {
        _drawn.Add(number);
        throw new InvalidOperationException("a text that depends on the machine");
    }

    [Query] public int Count() => _drawn.Count;

    [Query] public string Seen(QueryContext context) => FormattableString.Invariant($"{context.Zxid} {context.Now:O}");

    [Query] public long First() => _drawn.Count > 0 ? _drawn[0] : throw new CommandException("lottery.empty", "nothing was drawn");

    [Query] public long At(int index) => _drawn[index];
}
