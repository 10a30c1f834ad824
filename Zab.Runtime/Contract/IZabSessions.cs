namespace Zab;

/// <summary>Opens and ends sessions, so that a caller's commands can be repeated without a second effect, on any server. Safe for concurrent use.</summary>
public interface IZabSessions
{
    /// <summary>Opens a session; it is durable when this completes, and ends when nothing is heard of it for <paramref name="timeout"/>.</summary>
    /// <exception cref="NotExecutedException">No session was given. One that came into being all the same ends by itself.</exception>
    ValueTask<Session> CreateSessionAsync(TimeSpan timeout, CancellationToken cancellationToken = default);

    /// <summary>Ends a session; completes also where it has ended already.</summary>
    /// <exception cref="NotExecutedException">It was not confirmed that the session has ended: close it again, or leave it to end by itself.</exception>
    ValueTask CloseSessionAsync(Session session, CancellationToken cancellationToken = default);

    /// <summary>Keeps a session alive. Every call that is bound to it does so, too.</summary>
    void Touch(Session session);
}
