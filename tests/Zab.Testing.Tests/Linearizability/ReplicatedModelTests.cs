using KeyValueStore;
using Xunit;
using Zab.Replica;
using Zab.Serialization;
using Zab.Testing;
using Zab.Testing.Linearizability;

namespace Zab.Tests.Linearizability;

/// <summary>A replicated class as the model of its own ensemble, called through its generated client.</summary>
public class ReplicatedModelTests
{
    private readonly RecordingConnection _store = new(ReplicatedClass.Of<KeyValue>());
    private readonly RecordingConnection _lottery = new(ReplicatedClass.Of<Lottery>());

    private IKeyValue Store => new KeyValueClient(_store);

    private ILottery Lottery => new LotteryClient(_lottery);

    [Fact]
    public async Task What_a_server_answers_is_legal_with_its_zxids_and_without()
    {
        await Store.PutAsync("a", "1"u8.ToArray());
        await Store.IncrementAsync("a", 41);
        await Store.CompareAndSetAsync("a", "41"u8.ToArray(), "0"u8.ToArray());
        await Store.DeleteAsync("b");
        _store.Client = 2;
        Assert.Equal("42"u8.ToArray(), await Store.GetAsync("a"));

        AssertLegal(_store, ReplicatedClass.Of<KeyValue>());
    }

    [Fact]
    public async Task A_read_of_a_server_that_hears_of_no_newer_write_is_not_legal_and_the_report_says_which()
    {
        await Store.PutAsync("a", "1"u8.ToArray());
        _store.FreezeQueries();
        await Store.PutAsync("a", "2"u8.ToArray());
        _store.Client = 2;
        await Store.GetAsync("a");

        Verdict verdict = _store.Check();

        Assert.Equal(VerdictKind.Illegal, verdict.Kind);
        const string put = "client 1: Put(\"a\", \"2\") [2, 3] @ 1/4 -> WriteResult(Outcome: Done, Value: null)";
        const string get = "client 2: Get(\"a\") [4, 5] @ 1/3 -> \"1\"";
        Assert.Equal(
            $"""
            The history is not linearizable (3 calls that returned, 0 with an unknown outcome; 3 steps).
            The longest order that explains a beginning of it has 2 calls:
              client 1: Put("a", "1") [0, 1] @ 1/3 -> WriteResult(Outcome: Done, Value: null)
              {put}
            One of these must come next, before 5, and none can:
              {get}: here it returns "2"
            The order of zxids does not explain it either: {put} would come after {get}, which began when it had ended
            """,
            verdict.Explanation);
        LinearizabilityException thrown = Assert.Throws<LinearizabilityException>(verdict.ThrowUnlessLegal);
        Assert.Equal((verdict.Explanation, true), (thrown.Message, thrown.IsProven));
    }

    [Fact]
    public async Task An_old_read_is_legal_where_it_asked_for_no_more_and_must_be_right_for_its_zxid()
    {
        await Store.PutAsync("a", "1"u8.ToArray());
        _store.FreezeQueries();
        await Store.PutAsync("a", "2"u8.ToArray());
        await Store.GetAsync("a", Read.Local);
        await Store.GetAsync("a", Read.Session);

        Assert.Equal(VerdictKind.Legal, _store.Check().Kind);
        Func<uint, ISequentialModel> models = ReplicatedModel.Of(new ReplicatedClasses([ReplicatedClass.Of<KeyValue>()]), RecordingConnection.Cluster);
        Assert.Empty(AnswersByZxid.Violations(_store.History, models));
        Assert.Single(SessionReads.Violations(_store.History));     // The session read, that is; a local one may be old.
    }

    [Fact]
    public async Task A_command_runs_with_the_context_that_it_had()
    {
        await Lottery.DrawAsync();
        _lottery.LosesNextAnswer = true;
        await Assert.ThrowsAsync<OutcomeUnknownException>(async () => await Lottery.DrawAsync());
        await Lottery.DrawAsync();
        Assert.Equal(3, await Lottery.CountAsync());
        await Lottery.SeenAsync();

        AssertLegal(_lottery, ReplicatedClass.Of<Lottery>());
    }

    [Fact]
    public void A_command_whose_context_is_not_known_has_that_of_no_entry()
    {
        var history = new CallHistory();
        history.Invoke(1, new Invocation(ReplicatedClass.Of<Lottery>().Id, IdOf<LotteryProposals.Draw>(), new byte[] { 0 }, isQuery: false), 0);
        var model = new ReplicatedModel(ReplicatedClass.Of<Lottery>(), RecordingConnection.Cluster);

        Response answer = model.Run(history.Operations[0]);

        Assert.EndsWith("at 0/0 for 0/0, 0001-01-01T00:00:00.0000000+00:00", System.Text.Encoding.UTF8.GetString(answer.Bytes.Span), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_a_class_throws_is_an_answer()
    {
        await Assert.ThrowsAsync<QueryFailedException>(async () => await Lottery.FirstAsync());     // A code and a text.
        await Assert.ThrowsAsync<CommandFailedException>(async () => await Lottery.RefuseAsync("no"));
        await Assert.ThrowsAsync<CommandFailedException>(async () => await Lottery.CrashAsync(5));  // A code alone; what it did before stays.
        await Assert.ThrowsAsync<QueryFailedException>(async () => await Lottery.AtAsync(7));
        Assert.Equal(5, await Lottery.FirstAsync());

        AssertLegal(_lottery, ReplicatedClass.Of<Lottery>());
    }

    [Theory]
    [InlineData("lottery.refused", "no, after 0", true)]
    [InlineData("lottery.refused", "no, after 1", false)]
    [InlineData("lottery.closed", "no, after 0", false)]
    public void A_failure_is_compared_by_code_and_text(string code, string text, bool isLegal)
    {
        var history = new CallHistory();
        int id = history.Invoke(1, Invocation.Command<LotteryProposals.Refuse, Unit, UnitCodec>(ReplicatedClass.Of<Lottery>().Id, new("no")), 0);
        history.Return(id, 1, Response.Threw(code, text));

        Verdict verdict = Check(history);

        Assert.Equal(isLegal ? VerdictKind.Legal : VerdictKind.Illegal, verdict.Kind);
        if (isLegal) return;
        string reason = $"Refuse(\"no\") [0, 1] -> throws {code}: {text}: here it throws lottery.refused: no, after 0";
        Assert.Contains(reason, verdict.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Keys_are_found_in_the_generated_proposals()
    {
        for (int i = 0; i < 30; i++)
        {
            _store.Client = i % 4;
            await Store.PutAsync($"k{i % 3}", "v"u8.ToArray());
            await Store.GetAsync($"k{i % 5}");
        }

        Verdict byKey = _store.Check(KeyOf);
        Assert.Equal(5, byKey.Orders.Count);
        Checks.AssertProven(byKey, _store.History, new ReplicatedModel(ReplicatedClass.Of<KeyValue>(), RecordingConnection.Cluster));

        await Store.DeleteAsync("k1");
        Assert.Single(_store.Check(KeyOf).Orders);          // One call without a key touches all of them.
    }

    [Fact]
    public async Task The_report_names_the_key()
    {
        await Store.PutAsync("a", "1"u8.ToArray());
        _store.FreezeQueries();
        await Store.PutAsync("b", "1"u8.ToArray());
        await Store.GetAsync("a");
        await Store.GetAsync("b");

        Assert.StartsWith("The history of key \"b\" is not linearizable (2 calls that returned,", _store.Check(KeyOf).Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Classes_are_objects_of_their_own()
    {
        var connection = new RecordingConnection(ReplicatedClass.Of<KeyValue>(), ReplicatedClass.Of<Lottery>());
        await new KeyValueClient(connection).PutAsync("a", [1]);
        await new LotteryClient(connection).DrawAsync();
        await new KeyValueClient(connection).GetAsync("a");

        Verdict verdict = connection.Check();
        Assert.Equal((VerdictKind.Legal, 2), (verdict.Kind, verdict.Orders.Count));
    }

    [Fact]
    public void A_call_that_no_code_is_there_for_is_refused()
    {
        var unknownClass = new CallHistory();
        unknownClass.Invoke(1, new Invocation(classId: 0xBAD, entryId: 1, default, isQuery: false), 0);
        Assert.Contains("00000bad", Assert.Throws<ArgumentException>(() => Check(unknownClass)).Message, StringComparison.Ordinal);

        var unknownCommand = new CallHistory();
        int id = unknownCommand.Invoke(1, new Invocation(ReplicatedClass.Of<Lottery>().Id, entryId: 0xBAD, default, isQuery: false), 0);
        unknownCommand.Return(id, 1, Response.Returned(default));
        Assert.Contains("no command with the id 00000bad", Assert.Throws<ArgumentException>(() => Check(unknownCommand)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_call_of_which_only_the_bytes_are_known_is_checked_and_printed_as_well()
    {
        var history = new CallHistory();
        int id = history.Invoke(1, new Invocation(ReplicatedClass.Of<Lottery>().Id, IdOf<LotteryProposals.Count>(), new byte[] { 0 }, isQuery: true), 0);
        history.Return(id, 1, Response.Returned(new byte[] { 9, 0, 0, 0 }));

        Verdict verdict = Check(history);

        Assert.Equal(VerdictKind.Illegal, verdict.Kind);
        Assert.Contains("client 1: Count(0x00) [0, 1] -> 0x09000000: here it returns 0x00000000", verdict.Explanation, StringComparison.Ordinal);
    }

    private static string? KeyOf(object call) => call switch
    {
        KeyValueProposals.Put put => put.Key,
        KeyValueProposals.Get get => get.Key,
        _ => null,
    };

    private static Verdict Check(CallHistory history) =>
        new LinearizabilityChecker(new ReplicatedClasses([ReplicatedClass.Of<Lottery>()]), RecordingConnection.Cluster).Check(history);

    private static uint IdOf<TProposal>()
        where TProposal : struct, IProposal<TProposal> => TProposal.Id;

    /// <summary>By the order of zxids, and by a search as well.</summary>
    private static void AssertLegal(RecordingConnection connection, ReplicatedClass replicated)
    {
        Verdict verdict = connection.Check();
        Assert.Equal((VerdictKind.Legal, "", 0), (verdict.Kind, verdict.Explanation, verdict.Steps));

        HistoryPart part = Assert.Single(Partition.Parts(connection.History.Operations, keyOf: null));
        var search = new Search(part, new ReplicatedModel(replicated, RecordingConnection.Cluster), bytesMax: 1 << 20);
        Assert.Equal(VerdictKind.Legal, search.Run(steps: 1000));
    }
}
