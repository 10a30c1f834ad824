namespace Zab.Core;

/// <summary>How a role ends: it asks the peer for another one, and must return at once; the object is not used any more.</summary>
internal interface IPeerRoles
{
    /// <summary>Back to the election.</summary>
    void Look(string reason);

    void Lead();

    void Learn(ServerId leader);

    /// <summary>Nothing right can be done any more.</summary>
    void Stop(string reason);

    /// <summary>What this server waits for, for people.</summary>
    void Tell(string reason);
}
