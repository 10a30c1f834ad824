namespace Zab.Acceptance;

/// <summary>A leader that was killed with entries in its log that nobody else has; the others have gone on without them.</summary>
internal static class UncommittedTail
{
    private const int AttemptsMax = 20;

    /// <summary>Needs an ensemble with a network of its own. Gives the server, and the zxid of the last entry that only it holds.</summary>
    internal static async Task<(ServerOfEnsemble Server, Zxid Last)> MakeAsync(EnsembleOfProcesses ensemble, string key)
    {
        for (int attempt = 0; attempt < AttemptsMax; attempt++)
        {
            ServerOfEnsemble leader = await ensemble.ServingAsync();
            ServerStatus before = await ensemble.ConvergedAsync();
            ensemble.Network.CutBetween((from, _) => from == leader.Id);
            using var giveUp = new CancellationTokenSource();
            Task<KvAnswer> write = leader.Http.PutAsync(key, "to nobody", giveUp.Token);
            ServerStatus alone = await leader.StatusAsync("to have logged the write, or not to lead any more", s => s.LastDurable > before.LastLogged || !s.IsLeader, EnsembleOfProcesses.Patience);
            await leader.KillAsync();
            await giveUp.CancelAsync();
            if (await AnswerAsync(write) is { IsSuccess: true }) throw new AcceptanceException($"A write was acknowledged that only server {leader.Id} has.");
            ensemble.Network.BreakConnectionsOf(leader.Id);
            ensemble.Network.RestoreAll();
            await ensemble.LeaderAfterAsync(before.Epoch, EnsembleOfProcesses.Patience);
            if (alone.LastDurable > before.LastLogged) return (leader, alone.LastDurable);
            leader.Start();
        }

        throw new AcceptanceException($"{AttemptsMax} leaders left before they had logged a write.");
    }

    private static async Task<KvAnswer?> AnswerAsync(Task<KvAnswer> write)
    {
        try
        {
            return await write;
        }
        catch (Exception e) when (KvEndpoint.IsUnreachable(e))
        {
            return null;
        }
    }
}
