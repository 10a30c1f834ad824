using System.Buffers;
using Zab.Core;
using Zab.Serialization;

namespace Zab.Replica;

/// <summary>How the clients in a server of the ensemble reach it: commands through the <see cref="CallTable"/>, queries through <see cref="LocalReads"/>.</summary>
internal sealed class LocalConnection(CallTable calls, LocalReads reads, CallTableOptions options, TimeProvider time) : ZabConnection
{
    public override async ValueTask<TResult> SubmitAsync<TProposal, TResult, TCodec>(uint classId, TProposal proposal, CallOptions callOptions, CancellationToken cancellationToken)
    {
        RequireBoth(callOptions);
        byte[] payload = CommandPayload.Encode(proposal);
        if (cancellationToken.IsCancellationRequested) throw CallErrors.NotExecuted(CallEnd.Cancellation(cancellationToken), null);

        Call call;
        if (callOptions is { Session: { } session, Request: { } number })
        {
            reads.Touch(session.Id);
            call = calls.Submit(payload, classId, TProposal.Id, session, number);
        }
        else
        {
            call = calls.Submit(payload, classId, TProposal.Id);
        }

        Answer answer = await WaitAsync(call, callOptions.Session is not null, cancellationToken).ConfigureAwait(false);
        if (callOptions.Session is null) reads.Saw(answer.Zxid);
        if (callOptions.Receipt is { } receipt) (receipt.Zxid, receipt.Age) = (answer.Zxid, TimeSpan.Zero);
        return Result<TResult, TCodec>(call, answer);
    }

    public override async ValueTask<TResult> QueryAsync<TQuery, TResult, TCodec>(uint classId, TQuery query, CallOptions callOptions, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        ReadOnlyMemory<byte> arguments = Arguments(query);
        var result = new ArrayBufferWriter<byte>(256);
        await reads.ReadAsync(new LocalQuery(classId, TQuery.Id, arguments, result), callOptions, cancellationToken).ConfigureAwait(false);
        return Decode<TResult, TCodec>(result.WrittenSpan);
    }

    private async ValueTask<Answer> WaitAsync(Call call, bool isBound, CancellationToken cancellationToken)
    {
        Task waited = call.Answer.WaitAsync(options.CallTimeout, time, cancellationToken);
        await waited.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!call.Answer.IsCompleted)
        {
            CallEnd end = cancellationToken.IsCancellationRequested ? CallEnd.Cancellation(cancellationToken) : CallEnd.Deadline(options.CallTimeout);
            if (calls.GiveUp(call, end, isBound) is { } told) throw told;
        }

        return await call.Answer.ConfigureAwait(false);
    }

    /// <summary>
    /// <code>
    /// outcome            the caller gets
    /// Result             what the command returned
    /// Failed             CommandFailedException
    /// AlreadyExecuted    AlreadyExecutedException
    /// Filled             NotExecutedException
    /// </code>
    /// </summary>
    private static TResult Result<TResult, TCodec>(Call call, in Answer answer)
        where TCodec : struct, ICodec<TResult>
    {
        switch (answer.Outcome)
        {
            case RequestOutcome.Result:
                return Decode<TResult, TCodec>(answer.Reply);
            case RequestOutcome.Failed:
                FailureReply failure = FailureReply.Read(answer.Reply);
                throw new CommandFailedException(failure.Code, failure.Text.Length > 0 ? failure.Text : $"the command threw {failure.Code}; the text is in the servers' logs");
            case RequestOutcome.AlreadyExecuted:
                throw CallErrors.AlreadyExecuted(call);
            default:
                Invariant.Require(answer.Outcome == RequestOutcome.Filled, $"a call was answered with {answer.Outcome}");
                throw CallErrors.Filled(call);
        }
    }

    private static TResult Decode<TResult, TCodec>(ReadOnlySpan<byte> bytes)
        where TCodec : struct, ICodec<TResult>
    {
        var reader = new ZabReader(bytes);
        TResult result = TCodec.Read(ref reader);
        reader.End();
        return result;
    }

    private static ReadOnlyMemory<byte> Arguments<TQuery>(in TQuery query)
        where TQuery : struct, IProposal<TQuery>
    {
        var output = new ArrayBufferWriter<byte>(64);
        var writer = new ZabWriter(output);
        TQuery.Write(ref writer, query);
        writer.Flush();
        return output.WrittenMemory;
    }

    private static void RequireBoth(in CallOptions options)
    {
        if (options.Request is 0) throw new ArgumentException("request numbers of a session are 1, 2, 3 …; 0 was given");
        if (options.Session is null == options.Request is null) return;
        throw new ArgumentException(options.Session is null
            ? $"the request number {options.Request} is given without the session that it belongs to; give both, or neither"
            : "a command in a session of its own needs its number in that session: 1, 2, 3 …; give CallOptions.Request");
    }
}
