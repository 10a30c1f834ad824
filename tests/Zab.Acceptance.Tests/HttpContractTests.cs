using System.Net;
using System.Text;
using Xunit;

namespace Zab.Acceptance;

/// <summary>The HTTP contract of the example, through a server that follows.</summary>
public sealed class HttpContractTests : IAsyncLifetime
{
    private EnsembleOfProcesses _ensemble = null!;

    private KvEndpoint Follower { get; set; } = null!;

    private KvEndpoint Leader { get; set; } = null!;

    public async Task InitializeAsync()
    {
        _ensemble = await EnsembleOfProcesses.StartAsync();
        ServerOfEnsemble leader = await _ensemble.ServingAsync();
        Leader = leader.Http;
        Follower = _ensemble.Servers.First(s => s != leader).Http;
    }

    public async Task DisposeAsync() => await _ensemble.DisposeAsync();

    /// <summary>One test, one ensemble: it takes longer to start than everything here together.</summary>
    [Fact]
    public async Task Every_call_answers_as_the_contract_says()
    {
        await Values();
        await Sizes();
        await Comparisons();
        await Counters();
        await Reads();
        await Sessions();
    }

    private async Task Values()
    {
        KvAnswer put = await Follower.PutAsync("a b/ü", "one", default);
        Assert.Equal(HttpStatusCode.NoContent, put.Status);
        Assert.NotNull(put.Zxid);
        KvAnswer get = await Leader.GetAsync("a b/ü", default);
        Assert.Equal((HttpStatusCode.OK, "one"), (get.Status, get.Text));
        Assert.True(get.Zxid >= put.Zxid);
        Assert.Equal(HttpStatusCode.NoContent, (await Follower.DeleteAsync("a b/ü", default)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await Follower.DeleteAsync("a b/ü", default)).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await Follower.GetAsync("a b/ü", default)).Status);
    }

    private async Task Sizes()
    {
        Assert.Equal(HttpStatusCode.NoContent, (await Follower.PutAsync(new string('k', 512), "v", default)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await Follower.PutAsync(new string('k', 513), "v", default)).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await Follower.PutAsync(new string('ü', 257), "v", default)).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await Follower.PutAsync("large", new byte[1024 * 1024], default)).Status);
        Zxid before = (await Leader.TryStatusAsync())!.LastLogged;
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, (await Follower.PutAsync("large", new byte[(1024 * 1024) + 1], default)).Status);
        Assert.Equal(before, (await Leader.TryStatusAsync())!.LastLogged);
        Assert.Equal(1024 * 1024, (await Follower.GetAsync("large", default)).Body.Length);
    }

    private async Task Comparisons()
    {
        Assert.Equal(HttpStatusCode.NoContent, (await Follower.CompareAndSetAsync("c", null, "1", default)).Status);
        KvAnswer refused = await Follower.CompareAndSetAsync("c", null, "2", default);
        Assert.Equal((HttpStatusCode.Conflict, "1"), (refused.Status, refused.Text));
        Assert.Equal(HttpStatusCode.NoContent, (await Follower.CompareAndSetAsync("c", "1", "2", default)).Status);
        string base64 = Convert.ToBase64String(Encoding.UTF8.GetBytes("2"));
        Assert.Equal(HttpStatusCode.NoContent, (await Follower.SendAsync(HttpMethod.Post, $"/kv/c/cas?expected-base64={Uri.EscapeDataString(base64)}", "3"u8.ToArray(), null, null, default)).Status);
        Assert.Equal("3", (await Leader.GetAsync("c", default)).Text);
    }

    private async Task Counters()
    {
        Assert.Equal("1", (await Follower.SendAsync(HttpMethod.Post, "/kv/n/increment", null, null, null, default)).Text);
        Assert.Equal("-4", (await Follower.IncrementAsync("n", -5, default)).Text);
        Assert.Equal(HttpStatusCode.NoContent, (await Follower.PutAsync("n", "text", default)).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await Follower.IncrementAsync("n", 1, default)).Status);
        Assert.Equal(HttpStatusCode.OK, (await Follower.IncrementAsync("most", long.MaxValue, default)).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await Follower.IncrementAsync("most", 1, default)).Status);
    }

    private async Task Reads()
    {
        KvAnswer put = await Leader.PutAsync("r", "new", default);
        Assert.Equal("new", (await Follower.GetAsync("r", default, read: "linearizable")).Text);
        Assert.Equal("new", (await Follower.GetAsync("r", default, atLeast: put.Zxid)).Text);
        Assert.Equal(HttpStatusCode.OK, (await Follower.GetAsync("r", default, read: "local")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await Follower.GetAsync("r", default, read: "session")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await Follower.GetAsync("r", default, read: "somehow")).Status);
    }

    private async Task Sessions()
    {
        string session = await Follower.CreateSessionAsync(default);
        KvAnswer first = await Follower.IncrementAsync("once", 1, default, session, 1);
        Assert.Equal("1", first.Text);
        KvAnswer again = await Leader.IncrementAsync("once", 1, default, session, 1);
        Assert.True(first.IsSameAs(again), $"first {first}, then {again}");
        Assert.Equal("1", (await Follower.GetAsync("once", default, read: "session", session: session)).Text);
        Assert.Equal(HttpStatusCode.Conflict, (await Follower.IncrementAsync("once", 1, default, session, 3)).Status);
        Assert.Equal("1", (await Follower.GetAsync("once", default)).Text);

        // The last 64 answers are kept; the one before them is known to have run.
        for (ulong request = 2; request <= 65; request++) Assert.Equal($"{request}", (await Follower.IncrementAsync("once", 1, default, session, request)).Text);
        KvAnswer old = await Follower.IncrementAsync("once", 1, default, session, 1);
        Assert.Equal((HttpStatusCode.Conflict, "alreadyExecuted"), (old.Status, old.Outcome));
        Assert.Equal("2", (await Follower.IncrementAsync("once", 1, default, session, 2)).Text);
        Assert.Equal("65", (await Follower.GetAsync("once", default)).Text);

        string unknown = session[..16] + "0123456789abcdef";
        Assert.Equal(HttpStatusCode.Gone, (await Follower.IncrementAsync("once", 1, default, unknown, 66)).Status);
    }
}
