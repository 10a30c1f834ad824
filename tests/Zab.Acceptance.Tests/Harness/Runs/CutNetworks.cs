namespace Zab.Acceptance;

/// <summary>The ways to cut a network that have stopped other systems.</summary>
internal static class CutNetworks
{
    private static readonly TimeSpan OneElectionIn = TimeSpan.FromSeconds(10);

    /// <summary>One follower does not hear the leader, or is not heard by it: it leaves, and the others go on.</summary>
    internal static async Task OneWayAsync(bool isDeaf, TimeSpan watched, Action<string> report)
    {
        await using CutNetwork cut = await CutNetwork.StartAsync(voters: 3);
        ServerOfEnsemble leader = await cut.Ensemble.ServingAsync();
        ServerOfEnsemble follower = cut.Ensemble.Except(leader)[0];
        Way way = isDeaf ? cut.Ensemble.Network[leader.Id, follower.Id] : cut.Ensemble.Network[follower.Id, leader.Id];
        way.Cut();
        ServerStatus led = await cut.LeaderAsync(static _ => true);
        await follower.StatusAsync("not to follow that leader any more", s => s.Leader != leader.Id, EnsembleOfProcesses.Patience);
        uint epochs = await cut.EpochsDuringAsync(watched, led);
        RequireFew(epochs, watched);
        await cut.HealAsync();
        report($"follower {follower.Id} {(isDeaf ? "did not hear" : "was not heard by")} leader {leader.Id}: {epochs} further epochs in {watched.TotalSeconds:0} s");
    }

    /// <summary>The leader hears both others, and neither hears it: one of them must lead, and it must not.</summary>
    internal static async Task UnheardLeaderAsync(Action<string> report)
    {
        await using CutNetwork cut = await CutNetwork.StartAsync(voters: 3);
        ServerOfEnsemble old = await cut.Ensemble.ServingAsync();
        ServerStatus before = await old.StatusAsync("to lead", static s => s.IsLeader, EnsembleOfProcesses.Patience);
        foreach (ServerOfEnsemble other in cut.Ensemble.Except(old)) cut.Ensemble.Network[old.Id, other.Id].Cut();

        ServerStatus successor = await cut.LeaderAsync(id => id != old.Id, notBefore: before.Epoch + 1);
        await old.StatusAsync("not to lead any more", static s => !s.IsLeader, EnsembleOfProcesses.Patience);
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        try
        {
            KvAnswer answer = await old.Http.PutAsync("unheard", "v", limit.Token);
            if (answer.IsSuccess) throw new AcceptanceException($"A leader that nobody hears has acknowledged a write: {answer}");
        }
        catch (OperationCanceledException)
        {
            // It waits for a leader that can be heard of: right, too.
        }

        await cut.HealAsync();
        report($"leader {old.Id} was not heard: server {successor.ServerId} leads epoch {successor.Epoch}");
    }

    /// <summary>1 and 2 do not reach 4 and 5; only 3 reaches all.</summary>
    internal static async Task BridgeAsync(TimeSpan watched, Action<string> report)
    {
        await using CutNetwork cut = await CutNetwork.StartAsync(voters: 5);
        cut.Ensemble.Network.CutBetween(static (a, b) => a < 3 && b > 3);
        ServerStatus leader = await cut.SettledLeaderAsync(static _ => true);
        uint epochs = await cut.EpochsDuringAsync(watched, leader);
        RequireFew(epochs, watched);
        await cut.HealAsync();
        report($"over the bridge server {leader.ServerId} leads epoch {leader.Epoch}: {epochs} further epochs in {watched.TotalSeconds:0} s");
    }

    /// <summary>Every server reaches one other only, the same for all, which does not lead: only that one has a quorum.</summary>
    internal static async Task QuorumLossAsync(TimeSpan watched, Action<string> report)
    {
        await using CutNetwork cut = await CutNetwork.StartAsync(voters: 5);
        ServerOfEnsemble old = await cut.Ensemble.ServingAsync();
        uint centre = cut.Ensemble.Except(old)[0].Id;
        cut.Ensemble.Network.CutBetween((a, b) => a != centre && b != centre);
        ServerStatus leader = await cut.SettledLeaderAsync(id => id == centre);
        uint epochs = await cut.EpochsDuringAsync(watched, leader);
        RequireFew(epochs, watched);
        await cut.HealAsync();
        report($"leader {old.Id} kept one link: server {centre}, which has all of them, leads epoch {leader.Epoch}; {epochs} further epochs in {watched.TotalSeconds:0} s");
    }

    private static void RequireFew(uint epochs, TimeSpan watched)
    {
        if (epochs > 1 + (uint)(watched / OneElectionIn)) throw new AcceptanceException($"{epochs} epochs began in {watched.TotalSeconds:0} s, in a network that did not change.");
    }
}
