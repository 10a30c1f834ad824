namespace Zab.Replica;

/// <summary>Sessions of this server's callers.</summary>
internal sealed class LocalSessions(CallTable calls, LocalReads reads, CallTableOptions options, TimeProvider time) : IZabSessions
{
    public async ValueTask<Session> CreateSessionAsync(TimeSpan timeout, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout, TimeSpan.Zero);
        cancellationToken.ThrowIfCancellationRequested();
        SessionCreation creation = calls.CreateSession(timeout);
        if (!await IsDoneAsync(creation.Created, cancellationToken).ConfigureAwait(false))
        {
            calls.GiveUp(creation);
            cancellationToken.ThrowIfCancellationRequested();
            throw CallErrors.NoSession(Late(creation));
        }

        return await creation.Created.ConfigureAwait(false);
    }

    public async ValueTask CloseSessionAsync(Session session, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        SessionClosing closing = calls.CloseSession(session);
        if (!await IsDoneAsync(closing.Closed, cancellationToken).ConfigureAwait(false))
        {
            calls.GiveUp(closing);
            cancellationToken.ThrowIfCancellationRequested();
            throw CallErrors.NotClosed(closing, Late(closing));
        }

        await closing.Closed.ConfigureAwait(false);
    }

    public void Touch(Session session) => reads.Touch(session.Id);

    private async ValueTask<bool> IsDoneAsync(Task task, CancellationToken cancellationToken)
    {
        await task.WaitAsync(options.CallTimeout, time, cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return task.IsCompleted;
    }

    private string Late(Submission submission) =>
        submission.Reason is { } reason ? $"{CallEnd.Deadline(options.CallTimeout).Text}; {reason}" : CallEnd.Deadline(options.CallTimeout).Text;
}
