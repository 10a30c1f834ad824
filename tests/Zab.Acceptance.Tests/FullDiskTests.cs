using Xunit;

namespace Zab.Acceptance;

/// <summary>Disks of 8 MB, of which the log takes 4 from the start, and then cannot have 4 more.</summary>
public sealed class FullDiskTests
{
    private const int Megabytes = 8, EnoughMegabytes = 64, ValueBytes = 64 * 1024;

    /// <summary>One follower's, the leader's, then all: who cannot write stops and says why, what was acknowledged stays, and with space all come back by themselves.</summary>
    [Fact]
    public async Task T13_full_disks_stop_their_servers_lose_nothing_and_need_nothing_but_space()
    {
        using var scratch = new Scratch();
        await using SmallDisk one = await SmallDisk.MountAsync(scratch.Sub("1"), Megabytes), two = await SmallDisk.MountAsync(scratch.Sub("2"), Megabytes), three = await SmallDisk.MountAsync(scratch.Sub("3"), Megabytes);
        SmallDisk[] disks = [one, two, three];
        await using EnsembleOfProcesses ensemble = await EnsembleOfProcesses.StartAsync(new() { DataDirectory = id => disks[id - 1].Directory });
        SmallDisk DiskOf(ServerOfEnsemble server) => disks[server.Id - 1];
        var values = new LargeValues(ValueBytes);

        ServerOfEnsemble leader = await ensemble.ServingAsync();
        ServerOfEnsemble follower = ensemble.Except(leader)[0];
        foreach (ServerOfEnsemble other in ensemble.Except(follower)) await DiskOf(other).ResizeAsync(EnoughMegabytes);
        await UntilFullAsync(ensemble, follower, values);
        await BackAsync(ensemble, follower, DiskOf(follower), values);

        leader = await ensemble.ServingAsync();
        DiskOf(leader).Fill();
        await UntilFullAsync(ensemble, leader, values);
        await ensemble.ServingAsync();
        await values.PutAsync(ensemble.Running.First().Http, 1);
        await BackAsync(ensemble, leader, DiskOf(leader), values);

        foreach (SmallDisk disk in disks) disk.Fill();
        while (ensemble.Running.Count() >= 2) await values.TryPutAsync(ensemble.Running.First().Http);
        foreach (ServerOfEnsemble server in ensemble.Servers) await BackAsync(ensemble, server, DiskOf(server), null);
        await ensemble.ServingAsync();
        await values.VerifyAsync(ensemble);
    }

    private static async Task UntilFullAsync(EnsembleOfProcesses ensemble, ServerOfEnsemble server, LargeValues values)
    {
        while (server.IsRunning) await values.TryPutAsync(ensemble.Except(server)[0].Http);
        Assert.NotEqual(0, await server.Process!.ExitedAsync(EnsembleOfProcesses.Patience));
        Assert.Contains("No space left on device", server.Process.Output);
    }

    private static async Task BackAsync(EnsembleOfProcesses ensemble, ServerOfEnsemble server, SmallDisk disk, LargeValues? values)
    {
        await disk.EmptyAsync(EnoughMegabytes);
        if (!server.IsRunning) server.Start();
        if (values is null) return;
        await ensemble.ServingAsync();
        await values.VerifyAsync(ensemble);
    }
}
