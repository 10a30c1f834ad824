using System.Buffers;
using Xunit;
using Zab.Core;
using Zab.Replica;
using ReplicaOfTest = Zab.Replica.Replica;

namespace Zab.Tests.Replica.Driver;

/// <summary>A replica between a fake disk and a fake network, with a scripted core or one that leads alone.</summary>
internal sealed class Server : IAsyncDisposable
{
    internal static readonly Ensemble Ensemble = new(Zxid.None, [new Member(new ServerId(1), IsVoter: true, default)]);
    private readonly Journal _journal;

    private Server(Journal journal, FakeStore store)
    {
        _journal = journal;
        Store = store;
        Sessions = new FakeSessionClock(journal);
        Listener = new FakeListener(journal);
    }

    internal ReplicaOfTest Replica { get; private set; } = null!;

    internal FakeStore Store { get; }

    internal FakeSessionClock Sessions { get; }

    internal FakeListener Listener { get; }

    internal ScriptedPeer Script { get; private set; } = null!;

    internal SoloPeer Solo { get; private set; } = null!;

    /// <summary>The way of the network's inputs into the replica.</summary>
    internal Action<Input> Post { get; private set; } = null!;

    /// <summary>A core that does what the test says, and no second tick.</summary>
    internal static async Task<Server> ScriptedAsync(Journal journal, ClusterId? cluster = null, IEnumerable<Entry>? log = null, TimeSpan? tick = null, long snapshotEveryBytes = long.MaxValue, params ReplicatedClass[] classes)
    {
        var server = new Server(journal, new FakeStore(journal, cluster ?? Run.Cluster, log));
        server.Script = new ScriptedPeer(journal, server.Store.Recovered);
        await server.StartAsync(server.Script.Part, tick ?? TimeSpan.FromHours(1), snapshotEveryBytes, classes);
        return server;
    }

    /// <summary>A leader without learners, whose classes are part of the state when this returns.</summary>
    internal static async Task<Server> SoloAsync(Journal journal, long snapshotEveryBytes, params ReplicatedClass[] classes)
    {
        var server = new Server(journal, new FakeStore(journal, default));
        server.Solo = new SoloPeer(journal, Run.Cluster);
        await server.StartAsync(server.Solo.Part, TimeSpan.FromMilliseconds(5), snapshotEveryBytes, classes);
        journal.Until($"applied 1/{classes.Length} Result");
        return server;
    }

    internal void Do(params Output[] outputs) => Post(new Do(outputs));

    /// <summary>When this returns, the loop has carried out what was posted before.</summary>
    internal void Fence(string name)
    {
        Do(new Output.SendPeer(new ServerId(9), new Message.Goodbye(name), WriteId.None));
        _journal.Until($"tell 9 {name}");
    }

    /// <summary>Submits and waits until it is applied; gives its zxid.</summary>
    internal Zxid Apply(byte[] payload)
    {
        int before = Solo.Entries.Count;
        Assert.True(Replica.TrySubmit(new ProposalRequest(1, payload)));
        _journal.Until(_ => Solo.Entries.Count > before, "an entry");
        Zxid zxid = Solo.Entries.ElementAt(before).Zxid;
        _journal.Until(lines => lines.Exists(line => line.StartsWith($"applied {zxid} ", StringComparison.Ordinal)), $"applied {zxid}");
        return zxid;
    }

    internal Session CreateSession() => new(new SessionId(Apply(RequestCodec.CreateSession(7, Run.Secret, TimeSpan.FromMinutes(10))).Value), Run.Secret);

    internal async Task<long> ValueAsync()
    {
        var result = new ArrayBufferWriter<byte>();
        await Replica.QueryAsync(Counter.Id, Counter.Get, default, result, CancellationToken.None);
        return System.Buffers.Binary.BinaryPrimitives.ReadInt64LittleEndian(result.WrittenSpan);
    }

    /// <summary>The failure that the replica stopped with.</summary>
    internal async Task<Exception> FailureAsync()
    {
        _journal.Until("log 403");
        return await Assert.ThrowsAnyAsync<Exception>(() => Replica.Completion);
    }

    public async ValueTask DisposeAsync()
    {
        Store.Gate.Set();
        Store.ReadGate.Set();
        Listener.Gate.Set();
        await Replica.DisposeAsync();
    }

    private async Task StartAsync(PeerPart peer, TimeSpan tick, long snapshotEveryBytes, ReplicatedClass[] classes)
    {
        var parts = new ReplicaParts
        {
            Store = Store,
            Peer = peer,
            Sessions = Sessions,
            Transport = post =>
            {
                Post = post;
                return new FakeTransport(_journal);
            },
        };
        var options = new ReplicaOptions
        {
            ServerId = new ServerId(1), DataDirectory = "memory", Servers = [], SnapshotEveryBytes = snapshotEveryBytes, Peer = new PeerOptions { Tick = tick },
        };
        Replica = await ReplicaOfTest.StartAsync(parts, options, new ReplicatedClasses(classes), Listener, new JournalLoggers(_journal), CancellationToken.None);
    }
}
