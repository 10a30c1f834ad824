using Xunit;
using Zab;

namespace KeyValueStore.Tests;

public sealed class ProgramOptionsTests
{
    [Fact]
    public void Without_arguments_it_is_three_servers_in_one_process()
    {
        ProgramOptions options = ProgramOptions.Parse([]);
        Assert.Null(options.ServerId);
        Assert.Equal(("data", "http://127.0.0.1:5080", (long?)null), (options.DataDirectory, options.Http, options.SnapshotEvery));
    }

    [Fact]
    public void A_server_of_an_ensemble_of_processes_is_told_everything()
    {
        ProgramOptions options = ProgramOptions.Parse(
            ["--server-id", "1", "--servers", "1=127.0.0.1:7001, 2=127.0.0.1:7002,4=host:7004;observer", "--data", "DIR", "--http", "http://127.0.0.1:8081", "--snapshot-every", "1000", "--init", "orders"]);
        var zab = new ZabOptions();
        options.Configure(zab, options.ServerId!.Value, options.DataDirectory, options.Servers);
        Assert.Equal((1U, "DIR", 1000L, "orders", "http://127.0.0.1:8081"), (zab.ServerId, zab.DataDirectory, zab.SnapshotEveryBytes, options.Init, options.Http));
        Assert.Equal(["1=127.0.0.1:7001", "2=127.0.0.1:7002", "4=host:7004;observer"], zab.Servers.Select(static server => $"{server.Key}={server.Value}"));
    }

    [Theory]
    [InlineData("--server-id 1", "data/1")]
    [InlineData("--server-id 1 --data data", "data")]
    [InlineData("--data here", "here")]
    public void Servers_that_share_a_working_directory_do_not_share_their_data(string args, string directory) =>
        Assert.Equal(directory, ProgramOptions.Parse(args.Split(' ')).DataDirectory.Replace('\\', '/'));

    [Theory]
    [InlineData("--server-id", "needs a value")]
    [InlineData("--server-id x", "a server id is a number")]
    [InlineData("--servers 1=a:1", "need --server-id")]
    [InlineData("--init x", "need --server-id")]
    [InlineData("--server-id 1 --servers 127.0.0.1:7001", "is not id=host:port")]
    [InlineData("--server-id 1 --servers 1=a:1,1=b:1", "server 1 stands twice")]
    [InlineData("--http 127.0.0.1:5080", "write it as http://")]
    [InlineData("--http https://127.0.0.1:5080", "write it as http://")]
    [InlineData("--snapshot-every 0", "a number of bytes")]
    [InlineData("--snapshot-every 64MiB", "a number of bytes")]
    [InlineData("--log loud", "write one of")]
    [InlineData("--colour red", "is not known")]
    public void A_mistake_is_told(string args, string expected) =>
        Assert.Contains(expected, Assert.Throws<UsageException>(() => ProgramOptions.Parse(args.Split(' '))).Message, StringComparison.Ordinal);
}
