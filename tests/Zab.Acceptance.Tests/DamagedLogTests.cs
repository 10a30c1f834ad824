using Xunit;
using Xunit.Abstractions;

namespace Zab.Acceptance;

/// <summary>Damage to the log of servers that do not run: cut ends, flipped bits, zeroed pages.</summary>
public sealed class DamagedLogTests(ITestOutputHelper output)
{
    /// <summary>After kill -9 the end of the log is open, after SIGTERM it is known to have been durable: one is cut, the other repaired.</summary>
    [Fact]
    public Task T01_a_follower_whose_log_is_cut_catches_up_and_nothing_is_lost() => DamagedFollower.RunAsync(
        [
            LogDamage.CutBeforeEndOfLastRecord(bytes: 7, wasTerminated: true),
            LogDamage.CutBeforeEndOfLastRecord(bytes: 40, wasTerminated: false),
            LogDamage.CutEndOfFile(bytes: 1, wasTerminated: true),
            LogDamage.CutEndOfFile(bytes: 40, wasTerminated: false),
        ],
        output.WriteLine);

    [Fact]
    public async Task T02_a_flipped_bit_is_named_elects_nobody_with_less_and_is_repaired()
    {
        await using EnsembleOfProcesses ensemble = await EnsembleOfProcesses.StartAsync();
        ServerOfEnsemble whole = await ensemble.ServingAsync();
        ServerOfEnsemble[] others = ensemble.Except(whole);
        (ServerOfEnsemble damaged, ServerOfEnsemble behind) = (others[0], others[1]);
        await using var load = new WriteLoad([whole.Http, damaged.Http], clients: 8);
        await load.AdvanceAsync(100);
        await behind.KillAsync();
        await load.AdvanceAsync(100);
        await load.StopAsync();
        await ensemble.TerminateAllAsync();

        string file = LogFiles.Fullest(damaged.Directory);
        LogFiles.FlipBit(file);
        damaged.Start();
        behind.Start();

        ServerStatus found = await damaged.StatusAsync("to be recovering", static s => s.Role == "recovering", EnsembleOfProcesses.Patience);
        Assert.Contains(Path.GetFileName(file), found.Reason);
        await ensemble.NobodyLeadsAsync(TimeSpan.FromSeconds(2), "without the acknowledged writes that only the damaged server holds besides the one that is down");

        whole.Start();
        await ensemble.ServingAsync();
        await Verifier.VerifyAsync(ensemble, load.Records);
        Assert.Null((await damaged.StatusAsync("to follow", static s => s.Role == "follower", EnsembleOfProcesses.Patience)).Reason);

        await damaged.KillAsync();
        damaged.Start();
        await ensemble.ServingAsync();
        await Verifier.VerifyAsync(ensemble, load.Records);
    }

    /// <summary>Nobody is whole, so nobody leads; what is lacking at one is still with the others, as one directory from before the damage shows.</summary>
    [Fact]
    public async Task T03_bits_flipped_on_every_member_stop_the_ensemble_and_lose_nothing()
    {
        await using EnsembleOfProcesses ensemble = await EnsembleOfProcesses.StartAsync();
        await using var load = new WriteLoad([.. ensemble.Servers.Select(static s => s.Http)], clients: 8);
        await load.AdvanceAsync(200);
        await load.StopAsync();
        await ensemble.ConvergedAsync();
        await ensemble.TerminateAllAsync();
        string kept = Path.Combine(ensemble.ScratchDirectory, "kept");
        Scratch.Copy(ensemble[1].Directory, kept);

        foreach (ServerOfEnsemble server in ensemble.Servers) LogFiles.FlipBit(LogFiles.Fullest(server.Directory), at: 0.25 * server.Id);
        ensemble.StartAll();
        foreach (ServerOfEnsemble server in ensemble.Servers)
        {
            ServerStatus found = await server.StatusAsync("to be recovering", static s => s.Role == "recovering", EnsembleOfProcesses.Patience);
            Assert.NotNull(found.Reason);
        }

        await ensemble.NobodyLeadsAsync(TimeSpan.FromSeconds(2), "and none holds everything that was acknowledged");

        await ensemble.TerminateAllAsync();
        Scratch.Replace(ensemble[1].Directory, kept);
        ensemble.StartAll();
        await ensemble.ServingAsync();
        await Verifier.VerifyAsync(ensemble, load.Records);
    }

    [Fact]
    public async Task T05_a_page_of_zeros_in_an_old_segment_is_no_end_of_the_log()
    {
        await using EnsembleOfProcesses ensemble = await EnsembleOfProcesses.StartAsync();
        ServerOfEnsemble leader = await ensemble.ServingAsync();
        ServerOfEnsemble damaged = ensemble.Except(leader)[0];
        var values = new LargeValues(valueBytes: 3000);
        await values.PutAsync(leader.Http, 500);
        await damaged.TerminateAsync();
        string old = LogFiles.Fullest(damaged.Directory);
        damaged.Start();
        await ensemble.ServingAsync();
        await values.PutAsync(leader.Http, 10);
        Zxid all = (await ensemble.ConvergedAsync()).LastLogged;
        await ensemble.TerminateAllAsync();
        Assert.NotEqual(old, LogFiles.Newest(damaged.Directory));

        LogFiles.ZeroPageInTheMiddle(old);
        damaged.Start();

        ServerStatus found = await damaged.StatusAsync("to be recovering", static s => s.Role == "recovering", EnsembleOfProcesses.Patience);
        Assert.Contains(Path.GetFileName(old), found.Reason);
        Assert.Contains($"{all}", found.Reason);
        ensemble.StartAll();
        await ensemble.ServingAsync();
        await values.VerifyAsync(ensemble);
    }

    [Fact]
    public async Task T21_a_segment_in_which_nothing_was_written_is_no_damage()
    {
        await using EnsembleOfProcesses ensemble = await EnsembleOfProcesses.StartAsync(new() { Voters = 1 });
        ServerOfEnsemble server = ensemble[1];
        Assert.True((await server.Http.PutAsync("k", "v", CancellationToken.None)).IsSuccess);
        await server.KillAsync();

        // A kill between making the next file and naming it; the last one is empty as well, because every start makes one.
        server.Start();
        await ensemble.ServingAsync();
        await server.KillAsync();
        string made = LogFiles.AfterNewest(server.Directory, 1);
        await File.WriteAllBytesAsync(made, []);

        server.Start();
        await ensemble.ServingAsync();
        Assert.Equal("v", (await server.Http.GetAsync("k", CancellationToken.None)).Text);
        Assert.Null((await server.StatusAsync("to lead", static s => s.IsLeader, EnsembleOfProcesses.Patience)).Reason);
    }
}
