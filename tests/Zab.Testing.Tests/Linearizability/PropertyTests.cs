using Xunit;
using Zab.Testing.Linearizability;

namespace Zab.Tests.Linearizability;

/// <summary>Random histories, against how they were made and against the definition.</summary>
public class PropertyTests
{
    private static readonly SearchLimits NoSearch = new(Steps: 0, Bytes: 1 << 30);

    public static TheoryData<string> Models => ["register", "counter", "queue", "set", "keys"];

    [Theory]
    [MemberData(nameof(Models))]
    public void What_an_atomic_object_does_is_legal_by_its_zxids_and_by_search(string name)
    {
        TextModel model = TextModel.Named(name);
        for (ulong seed = 1; seed <= 60; seed++)
        {
            CallHistory history = new RandomHistories(seed, model).Atomic(new HistoryShape(Clients: 6, Calls: CallsOf(name, 60), UnknownIn: 20, FailedIn: 12));
            Checks.AssertProven(Checks.Check(history, model, limits: NoSearch), history, model);

            CallHistory unordered = WithoutZxids(history);
            Checks.AssertProven(Checks.Check(unordered, model), unordered, model);
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Small_histories_have_the_verdict_of_the_definition(string name)
    {
        TextModel model = TextModel.Named(name);
        int legal = 0, illegal = 0;
        for (ulong seed = 1; seed <= 1200; seed++)
        {
            var random = new RandomHistories(seed, model);
            var shape = new HistoryShape(Clients: 4, Calls: 6, Values: 2, UnknownIn: 4, FailedIn: 10);
            CallHistory history = (seed % 3) switch
            {
                0 => random.Any(shape),
                1 => random.Mutated(random.Atomic(shape)),
                _ => random.Mutated(random.Mutated(random.Atomic(shape))),
            };
            bool isLegal = new PlainChecker(history, model, remembers: false).IsLegal();
            Assert.Equal((seed, isLegal), (seed, new PlainChecker(history, model, remembers: true).IsLegal()));
            AssertAgrees(history, model, isLegal, seed);
            if (isLegal) legal++;
            else illegal++;
        }

        Assert.True(legal > 100 && illegal > 100, $"{legal} legal and {illegal} illegal histories say too little");
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Longer_histories_have_the_verdict_of_the_definition(string name)
    {
        TextModel model = TextModel.Named(name);
        int legal = 0, illegal = 0;
        for (ulong seed = 1; seed <= 120; seed++)
        {
            var random = new RandomHistories(seed, model);
            CallHistory history = random.Mutated(random.Atomic(new HistoryShape(Clients: 5, Calls: CallsOf(name, 16), Values: 4, UnknownIn: 5, FailedIn: 20)));

            bool isLegal = new PlainChecker(history, model, remembers: true).IsLegal();
            AssertAgrees(history, model, isLegal, seed);
            if (isLegal) legal++;
            else illegal++;
        }

        Assert.True(legal > 10 && illegal > 10, $"{legal} legal and {illegal} illegal histories say too little");
    }

    [Fact]
    public void Keys_checked_alone_have_the_verdict_of_all_keys_together()
    {
        var model = new Keys();
        int legal = 0, illegal = 0;
        for (ulong seed = 1; seed <= 600; seed++)
        {
            var random = new RandomHistories(seed, model);
            CallHistory history = WithoutZxids(random.Mutated(random.Atomic(new HistoryShape(Clients: 5, Calls: 14, UnknownIn: 6, FailedIn: 12))));

            Verdict byKey = Checks.Check(history, model, Checks.FirstArgument);
            Assert.Equal((seed, Checks.Check(history, model).Kind), (seed, byKey.Kind));
            if (byKey.Kind == VerdictKind.Legal)
            {
                Checks.AssertProven(byKey, history, model);
                Assert.All(byKey.Orders, static order => Assert.True(order.Select(Checks.FirstArgument).Distinct().Count() <= 1));
                legal++;
            }
            else
            {
                illegal++;
            }
        }

        Assert.True(legal > 50 && illegal > 50, $"{legal} legal and {illegal} illegal histories say too little");
    }

    /// <summary>A queue keeps every order that elements came in, so it has by far the most states.</summary>
    private static int CallsOf(string name, int calls) => name == "queue" ? calls * 2 / 3 : calls;

    /// <summary>With the zxids of the history from before the mutation, with none, and with zxids that are lies.</summary>
    private static void AssertAgrees(CallHistory history, TextModel model, bool isLegal, ulong seed)
    {
        foreach (CallHistory hinted in (CallHistory[])[history, WithoutZxids(history), WithZxids(history, new DeterministicRandom(seed))])
        {
            Verdict verdict = Checks.Check(hinted, model);
            Assert.Equal((seed, isLegal ? VerdictKind.Legal : VerdictKind.Illegal), (seed, verdict.Kind));
            if (isLegal) Checks.AssertProven(verdict, hinted, model);
        }
    }

    private static CallHistory WithoutZxids(CallHistory original) => Copy(original, static _ => null);

    private static CallHistory WithZxids(CallHistory original, DeterministicRandom random) =>
        Copy(original, _ => new AppliedAt(new Zxid(1, (uint)random.Next(8))));

    private static CallHistory Copy(CallHistory original, Func<Operation, AppliedAt?> at)
    {
        var copy = new CallHistory();
        foreach (Operation call in original.Operations)
        {
            int id = copy.Invoke(call.Client, call.Invocation, call.InvokedAt);
            if (call.Outcome == OperationOutcome.Returned) copy.Return(id, call.ReturnedAt, call.Response);
            else if (call.Outcome == OperationOutcome.Failed) copy.Fail(id, call.ReturnedAt);
            if (at(call) is { } applied) copy.Applied(id, applied);
        }

        return copy;
    }
}
