using System.Net;
using System.Text;
using Xunit;

namespace Zab.Acceptance;

/// <summary>What judges the servers is judged here: each rule finds what it is for, and lets pass what it must.</summary>
public sealed class HarnessTests
{
    private static readonly WriteRecord[] Sound =
    [
        Put("a", "1/1", began: 0, ended: 4),
        Put("b", "1/2", began: 1, ended: 2),            // Overlaps a, and was answered before it.
        Count(1, "1/3", began: 3, ended: 5),
        Count(2, "2/1", began: 6, ended: 9),
    ];

    [Fact]
    public void A_sound_history_breaks_no_rule() => Assert.Null(HistoryRules.Broken(Sound));

    [Fact]
    public void Rule_A_finds_two_writes_with_one_zxid() => AssertBroken("A:", [.. Sound, Put("c", "1/2", began: 1, ended: 2)]);

    [Fact]
    public void Rule_B_finds_an_order_against_time() => AssertBroken("B:", [.. Sound, Put("c", "1/4", began: 10, ended: 11)]);

    [Fact]
    public void Rule_C_finds_a_number_that_was_answered_twice() => AssertBroken("C:", [.. Sound, Count(2, "2/2", began: 10, ended: 11)]);

    [Fact]
    public void Rule_D_finds_a_number_that_nobody_was_answered() => AssertBroken("D:", [.. Sound, Count(4, "2/2", began: 10, ended: 11)]);

    [Fact]
    public void An_increment_without_an_answer_may_have_counted() =>
        Assert.Null(HistoryRules.Broken([.. Sound, new WriteRecord(1, WriteLoad.Counter, null, true, null, 7, 8), Count(4, "2/2", began: 10, ended: 11)]));

    [Theory]
    [InlineData("nothing", null)]
    [InlineData("lost", "is lost")]
    [InlineData("other", "is lost")]
    [InlineData("twice", "The counter is 3")]
    [InlineData("never", "The counter is 1")]
    public async Task The_verifier_finds_what_a_server_does_not_hold(string fault, string? found)
    {
        await using var server = new FakeServer(fault);
        using var http = new KvEndpoint(server.Address);

        Exception? thrown = await Record.ExceptionAsync(() => Verifier.VerifyAsync(http, Sound));

        if (found is null) Assert.Null(thrown);
        else Assert.Contains(found, Assert.IsType<AcceptanceException>(thrown).Message);
    }

    [Fact]
    public async Task A_client_repeats_an_open_write_with_its_number_and_keeps_to_the_order()
    {
        await using var broken = new FakeServer("unavailable");
        await using var sound = new FakeServer("nothing");
        using KvEndpoint first = new(broken.Address), second = new(sound.Address);
        var client = new KvClient([first, second], first: 0);

        KvAnswer? one = await client.PutAsync("a", "value of a", TimeSpan.FromSeconds(10), default);
        KvAnswer? two = await client.PutAsync("b", "value of b", TimeSpan.FromSeconds(10), default);

        Assert.True(one is { IsSuccess: true } && two is { IsSuccess: true });
        Assert.Equal(["1", "2"], sound.Requests);
        Assert.Equal(1, client.Failures);
    }

    [Fact]
    public void Damage_is_done_where_it_was_meant()
    {
        using var scratch = new Scratch();
        File.WriteAllBytes(scratch.Sub("000001.log"), [1, 2, 3, 4]);
        string file = scratch.Sub("000002.log");
        File.WriteAllBytes(file, [1, 0, 3, 4, 5, 0, 0, 0]);

        Assert.Equal(file, LogFiles.Newest(scratch.Path));
        Assert.Equal(file, LogFiles.Fullest(scratch.Path));
        Assert.Equal(5, LogFiles.End(file));
        LogFiles.FlipBit(file);
        Assert.Equal([1, 0, 0x43, 4, 5, 0, 0, 0], File.ReadAllBytes(file));
        LogFiles.CutEndOfFile(file, 1);
        Assert.Equal([1, 0, 0x43, 4, 5, 0, 0], File.ReadAllBytes(file));
        LogFiles.CutBeforeEndOfLastRecord(file, 2);
        Assert.Equal([1, 0, 0x43], File.ReadAllBytes(file));
    }

    private static void AssertBroken(string rule, WriteRecord[] records) => Assert.StartsWith(rule, HistoryRules.Broken(records));

    private static WriteRecord Put(string key, string zxid, long began, long ended) => new(0, key, "value of " + key, false, Zxid.Parse(zxid), began, ended);

    private static WriteRecord Count(long value, string zxid, long began, long ended) => new(0, WriteLoad.Counter, $"{value}", true, Zxid.Parse(zxid), began, ended);

    /// <summary>Answers as a server that holds <see cref="Sound"/> would, but for one fault.</summary>
    private sealed class FakeServer : IAsyncDisposable
    {
        private readonly HttpListener _listener = new();
        private readonly string _fault;
        private readonly Task _serving;

        internal FakeServer(string fault)
        {
            _fault = fault;
            Address = new Uri($"http://127.0.0.1:{Ports.Free(1)[0]}/");
            _listener.Prefixes.Add(Address.ToString());
            _listener.Start();
            _serving = Task.Run(ServeAsync);
        }

        internal Uri Address { get; }

        /// <summary>The request numbers that came with writes.</summary>
        internal List<string> Requests { get; } = [];

        private async Task ServeAsync()
        {
            while (_listener.IsListening)
            {
                try
                {
                    await ServeAsync(await _listener.GetContextAsync());
                }
                catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
                {
                    // Disposed; or the caller went away, because it had found something already.
                }
            }
        }

        private async Task ServeAsync(HttpListenerContext context)
        {
            (int status, string body) = Answer(context.Request);
            context.Response.StatusCode = status;
            if (status < 300) context.Response.Headers.Add("Zxid", "2/1");
            if (body.Length > 0) await context.Response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(body));
            context.Response.Close();
        }

        private (int Status, string Body) Answer(HttpListenerRequest request)
        {
            if (_fault == "unavailable") return (503, """{"outcome":"unknown","reason":"no leader"}""");
            if (request.HttpMethod == "POST") return (201, """{"session":"00000001000000010123456789abcdef"}""");
            if (request.HttpMethod == "PUT")
            {
                Requests.Add(request.Headers["Zab-Request"]!);
                return (204, "");
            }

            string key = request.Url!.Segments[^1];
            return (key, _fault) switch
            {
                ("b", "lost") => (404, ""),
                ("b", "other") => (200, "value of a"),
                (WriteLoad.Counter, "twice") => (200, "3"),
                (WriteLoad.Counter, "never") => (200, "1"),
                (WriteLoad.Counter, _) => (200, "2"),
                _ => (200, "value of " + key),
            };
        }

        public async ValueTask DisposeAsync()
        {
            _listener.Close();
            await _serving;
        }
    }
}
