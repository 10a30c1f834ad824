using System.Net;

namespace Zab.Acceptance;

/// <summary>A caller writes at the leader and goes on to a follower that hears everything later: it waits there, or is refused, and never sees less than it saw.</summary>
internal sealed class LaggingServer(int moves, TimeSpan lag, Action<string> report)
{
    internal async Task RunAsync()
    {
        var options = new EnsembleOptions { IsProxied = true, Environment = new Dictionary<string, string> { ["Zab__CallTimeout"] = "00:00:02" } };
        await using EnsembleOfProcesses ensemble = await EnsembleOfProcesses.StartAsync(options);
        ServerOfEnsemble leader = await ensemble.ServingAsync();
        ServerOfEnsemble behind = ensemble.Except(leader)[0];
        string session = await leader.Http.CreateSessionAsync(CancellationToken.None);
        ensemble.Network[leader.Id, behind.Id].Delay = lag;

        int old = 0, own = 0;
        for (int move = 1; move <= moves; move++)
        {
            string value = $"{move}";
            KvAnswer written = await leader.Http.PutAsync("k", value, CancellationToken.None, session, (ulong)move);
            if (!written.IsSuccess) throw new AcceptanceException($"The leader did not take a write: {written}");
            if ((await behind.Http.GetAsync("k", CancellationToken.None, read: "local")).Text != value) old++;
            if (Sees(value, written, await behind.Http.GetAsync("k", CancellationToken.None, read: "session", session: session))) own++;
            if (Sees(value, written, await behind.Http.GetAsync("k", CancellationToken.None, read: "local", atLeast: written.Zxid))) own++;
        }

        if (old == 0 || own == 0) throw new AcceptanceException($"Of {moves} local reads {old} were behind, and {own} others were answered: this proves nothing.");

        // What cannot come any more is refused in the end, and never answered from before.
        ensemble.Network[leader.Id, behind.Id].Cut();
        KvAnswer last = await leader.Http.PutAsync("k", "last", CancellationToken.None, session, (ulong)moves + 1);
        foreach (string level in new[] { "local", "session", "linearizable" })
        {
            if (Sees("last", last, await behind.Http.GetAsync("k", CancellationToken.None, level, last.Zxid, session))) throw new AcceptanceException($"A server that is cut off answered a {level} read of what it cannot have.");
        }

        ensemble.Network.RestoreAll();
        await ensemble.ServingAsync();
        if (!Sees("last", last, await behind.Http.GetAsync("k", CancellationToken.None, read: "local", atLeast: last.Zxid))) throw new AcceptanceException("A read was refused when nothing was in its way any more.");
        report($"{moves} moves to a follower that was {lag.TotalMilliseconds:0} ms behind: {old} local reads saw the state before; {own} that asked for the caller's own were answered with that, {(2 * moves) - own} refused");
    }

    /// <summary>False where the read was refused, which is right, too.</summary>
    private static bool Sees(string value, KvAnswer written, KvAnswer read)
    {
        if (read.Status == HttpStatusCode.ServiceUnavailable && read.Outcome == "notExecuted") return false;
        return read.Text == value && read.Zxid >= written.Zxid ? true : throw new AcceptanceException($"A caller that had written {value} at {written.Zxid} was answered {read} elsewhere.");
    }
}
