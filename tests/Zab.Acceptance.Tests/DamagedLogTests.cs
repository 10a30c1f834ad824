using Xunit;

namespace Zab.Acceptance;

/// <summary>Damage to the log of a follower that does not run: cut ends, and a byte that is another one.</summary>
public sealed class DamagedLogTests
{
    [Theory]
    [InlineData(1, false)]
    [InlineData(7, true)]
    [InlineData(40, false)]
    public async Task A_log_that_is_cut_before_the_end_of_its_last_record_catches_up(int bytes, bool wasTerminated) =>
        await DamagedFollower.RunAsync(LogFiles.Newest, file => LogFiles.CutBeforeEndOfLastRecord(file, bytes), wasTerminated);

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    public async Task A_log_file_that_lost_its_own_last_bytes_catches_up(int bytes) =>
        await DamagedFollower.RunAsync(LogFiles.Newest, file => LogFiles.CutEndOfFile(file, bytes), wasTerminated: false);

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
