using System.Text.Json;
using Xunit;
using Zab;

namespace KeyValueStore.Tests;

/// <summary>What HTTP callers send, and what they get.</summary>
public sealed class EndpointTests(Store store) : IClassFixture<Store>
{
    private const int MiB = 1024 * 1024;

    [Fact]
    public async Task A_value_is_put_read_and_deleted_and_every_reply_says_its_zxid()
    {
        Response put = await store.SendAsync("PUT", "/kv/a", "world");
        Assert.Equal((204, ""), (put.Status, put.Text));
        Response get = await store.SendAsync("GET", "/kv/a");
        Assert.Equal((200, "world", "application/octet-stream"), (get.Status, get.Text, get.ContentType));
        Assert.True(get.Zxid >= put.Zxid);
        Response deleted = await store.SendAsync("DELETE", "/kv/a");
        Assert.Equal(204, deleted.Status);
        Assert.True(deleted.Zxid > put.Zxid);
        Assert.Equal(404, (await store.SendAsync("DELETE", "/kv/a")).Status);
        Response gone = await store.SendAsync("GET", $"/kv/a?read=local&at-least={deleted.ZxidText}");
        Assert.Equal(404, gone.Status);
        Assert.True(gone.Zxid >= deleted.Zxid);
    }

    [Fact]
    public async Task A_value_has_up_to_one_MiB_and_a_larger_one_takes_no_zxid()
    {
        Assert.Equal(204, (await store.SendAsync("PUT", "/kv/big", new byte[MiB])).Status);
        Assert.Equal(MiB, (await store.SendAsync("GET", "/kv/big")).Body.Length);
        Response before = await store.SendAsync("GET", "/status");
        Assert.Equal(413, (await store.SendAsync("PUT", "/kv/big", new byte[MiB + 1])).Status);
        Assert.Equal(413, (await store.SendAsync("PUT", "/kv/big", new byte[MiB + 1], contentLength: MiB + 1)).Status);
        Assert.Equal(413, (await store.SendAsync("POST", "/kv/big/cas", new byte[MiB + 1])).Status);
        Assert.Equal(before.ZxidText, (await store.SendAsync("GET", "/status")).ZxidText);
    }

    [Fact]
    public async Task A_compare_and_set_tells_the_current_value_where_it_differs()
    {
        Assert.Equal(204, (await store.SendAsync("POST", "/kv/c/cas", "1")).Status);
        Response exists = await store.SendAsync("POST", "/kv/c/cas", "2");
        Assert.Equal((409, "1"), (exists.Status, exists.Text));
        Assert.Equal(204, (await store.SendAsync("POST", "/kv/c/cas?expected=1", "2")).Status);
        Assert.Equal(204, (await store.SendAsync("POST", "/kv/c/cas?expected-base64=Mg%3D%3D", "3")).Status);
        Response differs = await store.SendAsync("POST", "/kv/c/cas?expected=2", "4");
        Assert.Equal((409, "3"), (differs.Status, differs.Text));
        Response absent = await store.SendAsync("POST", "/kv/absent/cas?expected=2", "4");
        Assert.Equal((409, "", (string?)null), (absent.Status, absent.Text, absent.ContentType));
    }

    [Fact]
    public async Task An_increment_counts_from_zero_and_refuses_what_is_no_number()
    {
        Assert.Equal((200, "1"), StatusAndText(await store.SendAsync("POST", "/kv/n/increment")));
        Assert.Equal((200, "-4"), StatusAndText(await store.SendAsync("POST", "/kv/n/increment?by=-5")));
        await store.SendAsync("PUT", "/kv/text", "x");
        Assert.Equal(409, (await store.SendAsync("POST", "/kv/text/increment")).Status);
        await store.SendAsync("POST", "/kv/max/increment?by=9223372036854775807");
        Assert.Equal(409, (await store.SendAsync("POST", "/kv/max/increment")).Status);
    }

    [Fact]
    public async Task A_repeated_request_gets_the_first_status_body_and_zxid_whatever_happened_since()
    {
        string session = await CreateSessionAsync();
        Response first = await store.SendAsync("POST", "/kv/r/increment", "", Numbered(session, 1));
        Response conflict = await store.SendAsync("POST", "/kv/r/cas", "x", Numbered(session, 2));
        await store.SendAsync("PUT", "/kv/r", "changed");
        Response repeated = await store.SendAsync("POST", "/kv/r/increment", "", Numbered(session, 1));
        Assert.Equal((200, "1", first.ZxidText), (repeated.Status, repeated.Text, repeated.ZxidText));
        Response again = await store.SendAsync("POST", "/kv/r/cas", "x", Numbered(session, 2));
        Assert.Equal((409, "1", conflict.ZxidText), (again.Status, again.Text, again.ZxidText));
        Assert.Equal("changed", (await store.SendAsync("GET", "/kv/r")).Text);
    }

    [Fact]
    public async Task Of_a_session_the_last_64_answers_are_kept()
    {
        string session = await CreateSessionAsync();
        for (int number = 1; number <= 65; number++) Assert.Equal(200, (await store.SendAsync("POST", "/kv/k/increment", "", Numbered(session, number))).Status);
        Assert.Equal((200, "2"), StatusAndText(await store.SendAsync("POST", "/kv/k/increment", "", Numbered(session, 2))));
        Response old = await store.SendAsync("POST", "/kv/k/increment", "", Numbered(session, 1));
        Assert.Equal((409, "alreadyExecuted"), (old.Status, Outcome(old)));
        Response gap = await store.SendAsync("POST", "/kv/k/increment", "", Numbered(session, 67));
        Assert.Equal((409, "gap"), (gap.Status, Outcome(gap)));
        Assert.Equal("65", (await store.SendAsync("GET", "/kv/k")).Text);
    }

    [Theory]
    [InlineData("0000000100ffffff0000000000000001")]
    [InlineData("00000000000000000000000000000000")]
    public async Task An_unknown_session_is_gone(string session)
    {
        Response gone = await store.SendAsync("PUT", "/kv/g", "x", Numbered(session, 1));
        Assert.Equal((410, "sessionEnded"), (gone.Status, Outcome(gone)));
        Assert.Equal(404, (await store.SendAsync("GET", "/kv/g")).Status);
    }

    [Fact]
    public async Task A_session_reads_what_it_wrote()
    {
        string session = await CreateSessionAsync();
        await store.SendAsync("PUT", "/kv/own", "mine", Numbered(session, 1));
        Assert.Equal("mine", (await store.SendAsync("GET", "/kv/own?read=session", "", ("Zab-Session", session))).Text);
    }

    [Theory]
    [InlineData("GET", "/kv/", 400)]
    [InlineData("GET", "/kv/%FF", 400)]
    [InlineData("GET", "/kv/a?read=session", 400)]
    [InlineData("GET", "/kv/a?read=dirty", 400)]
    [InlineData("GET", "/kv/a?at-least=2-7", 400)]
    [InlineData("POST", "/kv/a/increment?by=1.5", 400)]
    [InlineData("POST", "/kv/a/cas?expected-base64=*", 400)]
    [InlineData("POST", "/kv/a/cas?expected=a&expected-base64=YQ%3D%3D", 400)]
    [InlineData("PATCH", "/kv/a", 405)]
    [InlineData("GET", "/kv/a/cas", 405)]
    [InlineData("POST", "/kv/a/append", 404)]
    [InlineData("GET", "/other", 404)]
    [InlineData("GET", "/status?server=7", 404)]
    [InlineData("GET", "/status?server=one", 400)]
    public async Task What_cannot_be_understood_is_told_and_says_a_zxid_too(string method, string target, int status)
    {
        Response response = await store.SendAsync(method, target);
        Assert.Equal(status, response.Status);
        Assert.True(Zxid.TryParse(response.ZxidText, null, out _));
    }

    [Theory]
    [InlineData("Zab-Session", "x")]
    [InlineData("Zab-Request", "1")]
    public async Task Headers_that_make_no_sense_are_told(string name, string value) => Assert.Equal(400, (await store.SendAsync("PUT", "/kv/a", "x", (name, value))).Status);

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("x")]
    public async Task A_request_number_is_1_2_3(string number) =>
        Assert.Equal(400, (await store.SendAsync("PUT", "/kv/a", "x", ("Zab-Session", new string('0', 32)), ("Zab-Request", number))).Status);

    [Fact]
    public async Task An_expected_value_has_up_to_4_KiB()
    {
        Assert.Equal(409, (await store.SendAsync("POST", $"/kv/e/cas?expected={new string('x', 4096)}", "y")).Status);
        Assert.Equal(400, (await store.SendAsync("POST", $"/kv/e/cas?expected={new string('x', 4097)}", "y")).Status);
    }

    [Fact]
    public async Task The_status_tells_role_epochs_zxids_and_digest()
    {
        await store.SendAsync("PUT", "/kv/s", "x");
        Response response = await store.SendAsync("GET", "/status");
        JsonElement status = JsonDocument.Parse(response.Body).RootElement;
        Assert.Equal(
            ["serverId", "role", "reason", "leader", "epoch", "acceptedEpoch", "currentEpoch", "lastLogged", "lastDurable", "lastCommitted", "lastApplied", "digest"],
            status.EnumerateObject().Select(static member => member.Name));
        Assert.Equal((1, "leader", JsonValueKind.Null, 1), (status.GetProperty("serverId").GetInt32(), status.GetProperty("role").GetString(), status.GetProperty("reason").ValueKind, status.GetProperty("leader").GetInt32()));
        Assert.Equal(1, status.GetProperty("epoch").GetInt32());
        Assert.Equal(response.ZxidText, status.GetProperty("lastApplied").GetString());
        Assert.Matches("^[0-9a-f]{64}$", status.GetProperty("digest").GetString());
    }

    private static (int Status, string Text) StatusAndText(Response response) => (response.Status, response.Text);

    private static string? Outcome(Response response) => JsonDocument.Parse(response.Body).RootElement.GetProperty("outcome").GetString();

    private static (string Name, string Value)[] Numbered(string session, int number) => [("Zab-Session", session), ("Zab-Request", $"{number}")];

    private async Task<string> CreateSessionAsync()
    {
        Response created = await store.SendAsync("POST", "/sessions");
        Assert.Equal(201, created.Status);
        return JsonDocument.Parse(created.Body).RootElement.GetProperty("session").GetString()!;
    }
}
