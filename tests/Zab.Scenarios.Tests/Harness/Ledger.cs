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

    /// <summary>Everything that was acknowledged stands at this server.</summary>
    internal void RequireAt(uint server)
    {
        Assert.True(Acknowledged > 0, "nothing was acknowledged");
        foreach ((string key, Call call) in _calls)
        {
            if (!call.Answer.IsCompletedSuccessfully) continue;
            Zxid zxid = call.Answer.Result.Zxid;                    // It may have been answered only now, at another server.
            story.Until(() => story[server].Life!.Replica.Status.LastApplied >= zxid, $"server {server} has applied {zxid}");
            Assert.Equal(key, story.Local(server, key));
        }
    }
}
