using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;
using Xunit;
using Zab.Core;
using Zab.Hosting;
using Zab.Replica;

namespace Zab.Tests.Hosting;

/// <summary>Section Zab: what is read, what is refused, and in which words.</summary>
public sealed class ZabOptionsTests
{
    [Fact]
    public void Without_a_section_it_is_one_server_in_data_on_a_free_loopback_port()
    {
        ReplicaOptions options = ReplicaOptionsFactory.Make(Read());
        Assert.Equal(new ServerId(1), options.ServerId);
        Assert.Equal(Path.GetFullPath("data"), options.DataDirectory);
        Assert.Equal([new ServerAddress(new ServerId(1), "127.0.0.1", 0, IsObserver: false)], options.Servers);
        Assert.Empty(Mistakes(Read()));
    }

    [Fact]
    public void Everything_in_the_section_is_read()
    {
        ZabOptions read = Read(
            ("ServerId", "2"), ("DataDirectory", "/var/lib/app"), ("Servers:1", "node-1:7001"), ("Servers:2", "node-2:7002"), ("Servers:4", "[::1]:7004;observer"),
            ("SnapshotEveryBytes", "1048576"), ("CallTimeout", "00:00:03"), ("SessionTimeout", "00:05:00"),
            ("Timers:Tick", "00:00:00.100"), ("Timers:SyncLimit", "00:00:02"), ("Timers:InitLimit", "00:00:20"), ("Timers:FinalizeWait", "00:00:00.080"));
        Assert.Empty(Mistakes(read));
        ReplicaOptions options = ReplicaOptionsFactory.Make(read);
        Assert.Equal((new ServerId(2), "/var/lib/app", 1048576L), (options.ServerId, options.DataDirectory, options.SnapshotEveryBytes));
        Assert.Equal([new(new ServerId(1), "node-1", 7001, false), new(new ServerId(2), "node-2", 7002, false), new(new ServerId(4), "::1", 7004, true)], options.Servers);
        Assert.Equal(
            (TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(20), TimeSpan.FromMilliseconds(80)),
            (options.Peer.Tick, options.Peer.SyncLimit, options.Peer.InitLimit, options.Peer.FinalizeWait));
        CallTableOptions calls = ReplicaOptionsFactory.MakeCalls(read);
        Assert.Equal((TimeSpan.FromSeconds(3), TimeSpan.FromMinutes(5)), (calls.CallTimeout, calls.SessionTimeout));
    }

    [Theory]
    [InlineData("ServerId", "x", "Zab:ServerId is 'x'")]
    [InlineData("ServerId", "0", "server ids begin at 1")]
    [InlineData("ServerId", "3", "this server is 3, and the list of servers has 1, 2")]
    [InlineData("DataDirectory", " ", "the data directory is empty")]
    [InlineData("Servers:2", "node-2", "the address of server 2 is 'node-2'")]
    [InlineData("Servers:2", "node-2:0", "the address of server 2 is 'node-2:0'")]
    [InlineData("Servers:2", "node-2:65536", "the address of server 2")]
    [InlineData("Servers:2", ":7002", "the address of server 2")]
    [InlineData("Servers:2", "a b:7002", "the address of server 2")]
    [InlineData("Servers:2", "::1:7002", "the address of server 2")]
    [InlineData("Servers:2", "node-2:7002;voter", "the address of server 2")]
    [InlineData("Servers:2", "NODE-1:7001", "servers 1 and 2 have the same address")]
    [InlineData("Servers:02", "node-3:7003", "server 2 stands 2 times")]
    [InlineData("Servers:0", "node-3:7003", "the server id '0'")]
    [InlineData("Servers:two", "node-3:7003", "the server id 'two'")]
    [InlineData("SnapshotEveryBytes", "0", "SnapshotEveryBytes is 0")]
    [InlineData("SnapshotEveryBytes", "64 MiB", "Zab:SnapshotEveryBytes is '64 MiB'; write a number of bytes")]
    [InlineData("CallTimeout", "soon", "Zab:CallTimeout is 'soon'; write a time")]
    [InlineData("CallTimeout", "00:00:00", "CallTimeout is 00:00:00; it must be from")]
    [InlineData("SessionTimeout", "00:00:00.5", "SessionTimeout is")]
    [InlineData("Timers:Tick", "00:00:00", "Timers:Tick is")]
    [InlineData("Timers:SyncLimit", "00:00:00.06", "Timers:SyncLimit is")]
    [InlineData("Timers:InitLimit", "00:00:00.5", "Timers:InitLimit is")]
    [InlineData("Timers:FinalizeWait", "00:01:00", "Timers:FinalizeWait is")]
    public void A_mistake_is_named_with_what_to_do(string key, string value, string expected)
    {
        string mistake = Assert.Single(Mistakes(Read(("Servers:1", "node-1:7001"), ("Servers:2", "node-2:7002"), (key, value))));
        Assert.StartsWith("Zab cannot start: ", mistake, StringComparison.Ordinal);
        Assert.Contains(expected, mistake, StringComparison.Ordinal);
    }

    [Fact]
    public void Somebody_must_vote() =>
        Assert.Contains("at least one must vote", Assert.Single(Mistakes(Read(("Servers:1", "node-1:7001;observer")))), StringComparison.Ordinal);

    [Fact]
    public void An_ensemble_has_a_bounded_number_of_servers() =>
        Assert.Contains("at most 31", Assert.Single(Mistakes(Read([.. Enumerable.Range(1, 32).Select(static id => ($"Servers:{id}", $"node-{id}:7001"))]))), StringComparison.Ordinal);

    [Fact]
    public void All_mistakes_are_told_at_once() =>
        Assert.Equal(3, Mistakes(Read(("ServerId", "x"), ("Servers:1", "nowhere"), ("CallTimeout", "soon"))).Length);

    private static ZabOptions Read(params (string Key, string Value)[] section)
    {
        IConfiguration configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(section.GroupBy(static pair => pair.Key).Select(static same => KeyValuePair.Create($"Zab:{same.Key}", (string?)same.Last().Value)))
            .Build();
        var options = new ZabOptions();
        new ZabOptionsReader(configuration).Configure(options);
        return options;
    }

    private static string[] Mistakes(ZabOptions options) => [.. new ZabOptionsValidator().Validate(null, options) is { Failed: true, Failures: { } failures } ? failures : []];
}
