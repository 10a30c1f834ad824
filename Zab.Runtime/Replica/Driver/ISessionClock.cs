namespace Zab.Replica;

/// <summary>Watches, at the leader, how long each session has been silent. Called by one thread at a time.</summary>
internal interface ISessionClock
{
    /// <summary>Begins anew with these sessions; each has its full timeout.</summary>
    void Start(IReadOnlyList<SessionTimeout> sessions);

    void Created(SessionId session, TimeSpan timeout);

    void Touch(SessionId session);

    void Closed(SessionId session);

    /// <summary>The sessions that have been silent for their timeout; one that lives on is due again after a while.</summary>
    IReadOnlyList<SessionId> Due();
}
