using Xunit;
using Zab.Replica;

namespace Zab.Scenarios;

/// <summary>Writes while things go wrong, and remembers which were acknowledged: those must be there in the end, each once.</summary>
internal sealed class Ledger(Story story)
{
    private readonly List<(string Key, Call Call)> _calls = [];

    internal int Acknowledged => _calls.Count(static written => written.Call.Answer.IsCompletedSuccessfully);

    /// <summary>A write at a server that may be down, or may refuse it.</summary>
    internal void Write(uint server)
    {
        if (!story[server].IsUp) return;
        string key = $"written {_calls.Count}";
        try
        {
            _calls.Add((key, story.Write(server, key, key)));
        }
        catch (NotExecutedException)
        {
            // Refused: nothing is to be there.
        }
    }

    /// <summary>Everything that was acknowledged is read at this server; calls that still run may be answered meanwhile.</summary>
    internal void RequireAt(uint server)
    {
        Assert.True(Acknowledged > 0, "nothing was acknowledged");
        foreach ((string key, Call call) in _calls)
            if (call.Answer.IsCompletedSuccessfully) Assert.True(story.Read(server, key) == key, $"{key} was answered with {call.Answer.Result.Outcome} at {call.Answer.Result.Zxid}, and is not there");
    }
}
