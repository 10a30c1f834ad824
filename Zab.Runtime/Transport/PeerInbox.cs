using Zab.Core;

namespace Zab.Transport;

/// <summary>The connection on which one peer tells its votes. A new one replaces the old; nothing of the old is posted after that.</summary>
internal sealed class PeerInbox
{
    private readonly Lock _gate = new();
    private Connection? _current;

    internal void Replace(Connection connection)
    {
        Connection? old;
        lock (_gate)
        {
            old = _current;
            _current = connection;
        }

        old?.Abort();
    }

    /// <summary>Posts what arrived on <paramref name="connection"/>, unless it was replaced: then it has been aborted too, and its next read fails.</summary>
    internal void Post(Connection connection, LocalServer local, Input input)
    {
        lock (_gate)
        {
            if (ReferenceEquals(_current, connection)) local.Post(input);
        }
    }

    internal void Leave(Connection connection)
    {
        lock (_gate)
        {
            if (ReferenceEquals(_current, connection)) _current = null;
        }
    }
}
