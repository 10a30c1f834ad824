using Xunit;

namespace Zab.Acceptance;

/// <summary>Files and directories that are put back from copies, and one that is gone.</summary>
public sealed class OldCopiesTests
{
    [Fact]
    public async Task T16_a_hard_state_from_an_old_copy_is_refused()
    {
        await using EnsembleOfProcesses ensemble = await EnsembleOfProcesses.StartAsync();
        await using var load = new WriteLoad([.. ensemble.Servers.Select(static s => s.Http)], clients: 4);
        await load.AdvanceAsync(20);
        ServerOfEnsemble server = ensemble.Except(await ensemble.ServingAsync())[0];
        await server.TerminateAsync();
        Dictionary<string, byte[]> old = new[] { "state.0", "state.1" }.ToDictionary(static name => name, name => File.ReadAllBytes(Path.Combine(server.Directory, name)));
        server.Start();
        await ensemble.ServingAsync();
        await load.AdvanceAsync(20);
        await server.TerminateAsync();
        Scratch.Copy(server.Directory, server.Directory + ".kept");
        foreach ((string name, byte[] bytes) in old) File.WriteAllBytes(Path.Combine(server.Directory, name), bytes);

        server.Start();
        Assert.NotEqual(0, await server.Process!.ExitedAsync(EnsembleOfProcesses.Patience));
        Assert.Contains("put together from different times", server.Process.Output);

        // It said that it changed nothing: with its own state it goes on.
        foreach (string name in old.Keys) File.Copy(Path.Combine(server.Directory + ".kept", name), Path.Combine(server.Directory, name), overwrite: true);
        server.Start();
        await ensemble.ServingAsync();
        await load.StopAsync();
        await Verifier.VerifyAsync(ensemble, load.Records);
    }

    [Fact]
    public async Task T17_one_directory_from_an_old_copy_costs_nothing_while_the_others_are_there()
    {
        await using EnsembleOfProcesses ensemble = await EnsembleOfProcesses.StartAsync();
        await using var load = new WriteLoad([.. ensemble.Servers.Select(static s => s.Http)], clients: 4);
        await load.AdvanceAsync(20);
        ServerOfEnsemble restored = ensemble.Except(await ensemble.ServingAsync())[0];
        string old = await CopyAsync(ensemble, restored);
        await load.AdvanceAsync(50);
        await RestartAsync(ensemble, restored);
        await load.AdvanceAsync(50);
        await restored.KillAsync();
        Scratch.Replace(restored.Directory, old);

        restored.Start();
        await ensemble.ServingAsync();
        await load.AdvanceAsync(20);

        // It has all of it again, and is as good as any other: with one of the others gone, the two go on.
        await load.StopAsync();
        await Verifier.VerifyAsync(ensemble, load.Records);
        await ensemble.Except(restored)[0].KillAsync();
        await ensemble.ServingAsync();
        await using var more = new WriteLoad([restored.Http], clients: 4, "more");
        await more.AdvanceAsync(20);
        await more.StopAsync();
        ensemble.StartAll();
        await ensemble.ServingAsync();
        await Verifier.VerifyAsync(ensemble, [.. load.Records, .. more.Records]);
    }

    /// <summary>The last write is on two of three. One of the two loses its disk, the other is down: the third and the empty one are a majority, and must not be a quorum.</summary>
    [Fact]
    public async Task T24_a_wiped_member_counts_for_nothing_until_one_that_was_elected_without_it_has_brought_it_up()
    {
        await using EnsembleOfProcesses ensemble = await EnsembleOfProcesses.StartAsync();
        ServerOfEnsemble holder = await ensemble.ServingAsync();
        ServerOfEnsemble[] others = ensemble.Except(holder);
        (ServerOfEnsemble wiped, ServerOfEnsemble behind) = (others[0], others[1]);
        await using var load = new WriteLoad([holder.Http, wiped.Http], clients: 4);
        await load.AdvanceAsync(20);
        await behind.KillAsync();
        await load.AdvanceAsync(20);
        await load.StopAsync();
        await holder.KillAsync();
        await wiped.KillAsync();
        Directory.Delete(wiped.Directory, recursive: true);

        behind.Start();
        wiped.Start();
        await wiped.StatusAsync("to be recovering", static s => s.Role == "recovering", EnsembleOfProcesses.Patience);
        await ensemble.NobodyLeadsAsync(TimeSpan.FromSeconds(2), "and neither holds the last acknowledged write");

        holder.Start();
        await ensemble.ServingAsync();
        await Verifier.VerifyAsync(ensemble, load.Records);

        // Brought up and admitted, it is one of two that go on.
        await wiped.StatusAsync("to follow", static s => s.Role == "follower", EnsembleOfProcesses.Patience);
        await holder.KillAsync();
        await ensemble.ServingAsync();
        await Verifier.VerifyAsync(ensemble, load.Records);
    }

    /// <summary>A copy of the directory as it is now, taken while the server is down for it.</summary>
    private static async Task<string> CopyAsync(EnsembleOfProcesses ensemble, ServerOfEnsemble server)
    {
        await server.TerminateAsync();
        string copy = server.Directory + ".old";
        Scratch.Copy(server.Directory, copy);
        server.Start();
        await ensemble.ServingAsync();
        return copy;
    }

    /// <summary>What a server holds it says when it joins: so the others have seen more of it than an older copy has.</summary>
    private static async Task RestartAsync(EnsembleOfProcesses ensemble, ServerOfEnsemble server)
    {
        await server.TerminateAsync();
        server.Start();
        await ensemble.ServingAsync();
    }
}
