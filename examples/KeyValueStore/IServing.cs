using Zab;

namespace KeyValueStore;

/// <summary>What the endpoints serve from: one server of an ensemble of processes, or an ensemble in this one.</summary>
internal interface IServing
{
    IKeyValue KeyValue { get; }

    IZabSessions Sessions { get; }

    /// <summary>The server that requests go through.</summary>
    IZabServer Here { get; }

    /// <summary>A server of this process; null where it has none with this id.</summary>
    IZabServer? Find(uint serverId);
}

/// <summary>The one server of this process.</summary>
internal sealed class OneServer(IKeyValue keyValue, IZabSessions sessions, IZabServer server) : IServing
{
    public IKeyValue KeyValue => keyValue;

    public IZabSessions Sessions => sessions;

    public IZabServer Here => server;

    public IZabServer? Find(uint serverId) => serverId == server.Status.ServerId ? server : null;
}
