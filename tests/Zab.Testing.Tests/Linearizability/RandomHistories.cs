using System.Globalization;
using System.Text;
using Zab.Testing.Linearizability;

namespace Zab.Tests.Linearizability;

/// <summary>What random histories look like.</summary>
/// <param name="Clients">How many call at the same time, at most.</param>
/// <param name="Calls">How many calls there are.</param>
/// <param name="Values">Arguments are 0 to this, exclusive.</param>
/// <param name="UnknownIn">One call in so many has an unknown outcome; 0 for none.</param>
/// <param name="FailedIn">One call in so many is never executed; 0 for none.</param>
internal readonly record struct HistoryShape(int Clients, int Calls, int Values = 3, int UnknownIn = 0, int FailedIn = 0);

/// <summary>Histories from a seed.</summary>
internal sealed class RandomHistories(ulong seed, TextModel model)
{
    private readonly DeterministicRandom _random = new(seed);

    /// <summary>The history of an object that executes each call at one moment between its invocation and its return: legal, because it was made so.</summary>
    /// <remarks>The zxids are those moments. A call with an unknown outcome is executed at some moment after its invocation, or never.</remarks>
    internal CallHistory Atomic(HistoryShape shape)
    {
        var history = new CallHistory();
        var running = new List<Running>();
        string state = model.Start();
        long now = 0;
        uint zxid = 0;
        int left = shape.Calls;
        while (left > 0 || running.Any(static r => !r.IsGivenUp))
        {
            bool mayInvoke = left > 0 && running.Count(static r => !r.IsGivenUp) < shape.Clients;
            int choice = _random.Next(running.Count + (mayInvoke ? 1 : 0));
            if (choice == running.Count)
            {
                running.Add(Invoke(history, shape, now++));
                left--;
                continue;
            }

            Running call = running[choice];
            if (call.Answer is null && !call.IsFailing)
            {
                call.Answer = model.Answer(state, TextModel.Text(history.Operations[call.Id].Invocation), out state);
                if (!history.Operations[call.Id].Invocation.IsQuery) zxid++;
                history.Applied(call.Id, new AppliedAt(new Zxid(1, zxid)));
                if (call.IsGivenUp) running.RemoveAt(choice);
                continue;
            }

            if (call.IsFailing) history.Fail(call.Id, now++);
            else history.Return(call.Id, now++, Response.Returned(Encoding.UTF8.GetBytes(call.Answer!)));
            running.RemoveAt(choice);
        }

        return history;
    }

    /// <summary>Any calls at any times with any answers: hardly ever legal, but sometimes.</summary>
    internal CallHistory Any(HistoryShape shape)
    {
        CallHistory made = Atomic(shape);
        var history = new CallHistory();
        foreach (Operation call in made.Operations)
        {
            int length = _random.Next(1, 2 * shape.Clients);
            int id = history.Invoke(call.Client, call.Invocation, call.InvokedAt);
            if (call.Outcome == OperationOutcome.Returned) history.Return(id, call.InvokedAt + length, AnyAnswer(made));
            else if (call.Outcome == OperationOutcome.Failed) history.Fail(id, call.InvokedAt + length);
            if (call.AppliedAt is { } at) history.Applied(id, at);
        }

        return history;
    }

    /// <summary>The same history, but one client was told something that another call, or the same one, was told.</summary>
    internal CallHistory Mutated(CallHistory original)
    {
        Operation[] returned = [.. original.Operations.Where(static o => o.Outcome == OperationOutcome.Returned)];
        if (returned.Length == 0) return original;
        int changed = returned[_random.Next(returned.Length)].Id;
        var history = new CallHistory();
        foreach (Operation call in original.Operations)
        {
            int id = history.Invoke(call.Client, call.Invocation, call.InvokedAt);
            if (call.Outcome == OperationOutcome.Returned) history.Return(id, call.ReturnedAt, id == changed ? AnyAnswer(original) : call.Response);
            else if (call.Outcome == OperationOutcome.Failed) history.Fail(id, call.ReturnedAt);
            if (call.AppliedAt is { } at) history.Applied(id, at);
        }

        return history;
    }

    private Response AnyAnswer(CallHistory history)
    {
        Operation[] returned = [.. history.Operations.Where(static o => o.Outcome == OperationOutcome.Returned)];
        return returned.Length == 0 ? Response.Returned("none"u8.ToArray()) : returned[_random.Next(returned.Length)].Response;
    }

    private Running Invoke(CallHistory history, HistoryShape shape, long now)
    {
        string sample = model.Samples[_random.Next(model.Samples.Length)];
        var call = new StringBuilder();
        foreach (char c in sample) call.Append(c == '%' ? _random.Next(shape.Values).ToString(CultureInfo.InvariantCulture) : c.ToString());
        bool isFailing = IsOne(shape.FailedIn);
        bool isGivenUp = !isFailing && IsOne(shape.UnknownIn);
        return new Running { Id = history.Invoke(_random.Next(shape.Clients), model.Call(call.ToString()), now), IsFailing = isFailing, IsGivenUp = isGivenUp };
    }

    private bool IsOne(int inSoMany) => inSoMany > 0 && _random.Next(inSoMany) == 0;

    private sealed class Running
    {
        internal int Id { get; init; }

        internal bool IsFailing { get; init; }

        internal bool IsGivenUp { get; init; }

        internal string? Answer { get; set; }
    }
}
