using Xunit;
using Xunit.Abstractions;

namespace Zab.Acceptance;

/// <summary>Damage to the log of a follower that does not run: cut ends, and a byte that is another one.</summary>
public sealed class DamagedLogTests(ITestOutputHelper output)
{
    /// <summary>After kill -9 the end of the log is open, after SIGTERM it is known to have been durable: one is cut, the other repaired.</summary>
    [Fact]
    public Task A_follower_whose_log_is_cut_catches_up_and_nothing_is_lost() => DamagedFollower.RunAsync(
        [
            LogDamage.CutBeforeEndOfLastRecord(bytes: 1, wasTerminated: false),
            LogDamage.CutBeforeEndOfLastRecord(bytes: 7, wasTerminated: true),
            LogDamage.CutBeforeEndOfLastRecord(bytes: 40, wasTerminated: false),
            LogDamage.CutEndOfFile(bytes: 1, wasTerminated: true),
            LogDamage.CutEndOfFile(bytes: 40, wasTerminated: false),
        ],
        output.WriteLine);

    [Fact]
    public async Task A_flipped_byte_is_named_elects_nobody_with_less_and_is_repaired()
    {
        await using EnsembleOfProcesses ensemble = await EnsembleOfProcesses.StartAsync();
        ServerOfEnsemble whole = await ensemble.ServingAsync();
        ServerOfEnsemble[] others = [.. ensemble.Servers.Where(s => s != whole)];
        (ServerOfEnsemble damaged, ServerOfEnsemble behind) = (others[0], others[1]);
        await using var load = new WriteLoad([whole.Http, damaged.Http], clients: 8);
        await load.AdvanceAsync(100);
        await behind.KillAsync();
        await load.AdvanceAsync(100);
        await load.StopAsync();
        await damaged.TerminateAsync();
        await whole.TerminateAsync();

        string file = LogFiles.Fullest(damaged.Directory);
        LogFiles.FlipByteInTheMiddle(file);
        damaged.Start();
        behind.Start();

        ServerStatus found = await damaged.StatusAsync("to be recovering", static s => s.Role == "recovering", EnsembleOfProcesses.Patience);
        Assert.Contains(Path.GetFileName(file), found.Reason);
        await Until.NothingAsync(TimeSpan.FromSeconds(2), async () =>
        {
            if ((await ensemble.StatusesAsync()).FirstOrDefault(static s => s is { IsLeader: true }) is { } leader)
            {
                throw new AcceptanceException($"A server leads without the acknowledged writes that only the damaged one holds besides the one that is down: {leader}");
            }
        });

        whole.Start();
        await ensemble.ServingAsync();
        await Verifier.VerifyAsync(ensemble, load.Records);
        Assert.Null((await damaged.StatusAsync("to follow", static s => s.Role == "follower", EnsembleOfProcesses.Patience)).Reason);

        await damaged.KillAsync();
        damaged.Start();
        await ensemble.ServingAsync();
        await Verifier.VerifyAsync(ensemble, load.Records);
    }
}
