using System.Buffers;
using System.Buffers.Binary;
using Zab.Core;
using Zab.Replica;
using Zab.Serialization;

namespace Zab.Tests.Replica;

/// <summary>One state machine and the entries that it is fed, in the words of the tests.</summary>
internal sealed class Run
{
    internal const ulong Secret = 0x5EC2E7;
    internal static readonly ClusterId Cluster = new(0xC1);
    private readonly long _start = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc).Ticks;
    private HistoryPoint _last;

    internal Run(params ReadOnlySpan<ReplicatedClass> classes)
    {
        Classes = new ReplicatedClasses(classes.ToArray());
        Machine = new StateMachine(Cluster, Classes);
    }

    internal ReplicatedClasses Classes { get; }

    internal StateMachine Machine { get; set; }

    internal List<Entry> Log { get; } = [];

    /// <summary>A counter that is part of the state, and a session of the counter's only user.</summary>
    internal static Run WithCounter(out Session session)
    {
        var run = new Run(ReplicatedClass.Of<Counter>());
        run.AddMissingClasses();
        session = run.CreateSession();
        return run;
    }

    internal AppliedRequest Apply(byte[] payload, uint? epoch = null)
    {
        uint inEpoch = epoch ?? Math.Max(1, _last.Zxid.Epoch);
        var zxid = new Zxid(inEpoch, inEpoch == _last.Zxid.Epoch ? _last.Zxid.Counter + 1 : 1);
        Entry entry = Entry.After(_last, zxid, _start + (Log.Count * TimeSpan.TicksPerSecond), EntryType.Request, payload);
        AppliedRequest applied = Machine.Apply(entry) ?? throw new InvalidOperationException("a request gave nothing");
        _last = entry.Point;
        Log.Add(entry);
        return applied with { Reply = applied.Reply.ToArray() };
    }

    internal void AddMissingClasses()
    {
        foreach (ReplicatedClass missing in Machine.MissingClasses()) Apply(RequestCodec.AddClass(missing));
    }

    internal Session CreateSession(ulong secret = Secret) =>
        new(Apply(RequestCodec.CreateSession(nonce: 7, secret, TimeSpan.FromMinutes(10))).Session, secret);

    internal AppliedRequest Count(Session session, ulong number, long by, ulong answeredThrough = 0, uint command = Counter.Add) =>
        Apply(Command(session, number, Counter.Id, command, Int64(by), answeredThrough));

    internal AppliedRequest Put(Session session, ulong number, uint key, uint value) =>
        Apply(Command(session, number, Map.Id, Map.Put, [.. Int32(key), .. Int32(value)]));

    internal AppliedRequest Fill(Session session, ulong number, ulong answeredThrough = 0) => Apply(RequestCodec.Fill(session, number, answeredThrough));

    internal long Value() => BinaryPrimitives.ReadInt64LittleEndian(Query(Counter.Id, Counter.Get));

    internal byte[] Query(uint classId, uint queryId)
    {
        var result = new ArrayBufferWriter<byte>();
        Machine.Query(classId, queryId, default, result);
        return result.WrittenSpan.ToArray();
    }

    internal byte[] Snapshot() => Snapshot(Machine);

    internal static byte[] Snapshot(StateMachine machine)
    {
        var output = new ArrayBufferWriter<byte>();
        machine.WriteSnapshot(output);
        return output.WrittenSpan.ToArray();
    }

    internal static byte[] Command(Session session, ulong number, uint classId, uint commandId, byte[] arguments, ulong answeredThrough = 0)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new ZabWriter(output);
        RequestCodec.WriteCommandHead(ref writer, session, number, answeredThrough, classId, commandId);
        writer.WriteRaw(arguments);
        writer.Flush();
        return output.WrittenSpan.ToArray();
    }

    internal static byte[] Int64(long value)
    {
        byte[] bytes = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        return bytes;
    }

    private static byte[] Int32(uint value)
    {
        byte[] bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }
}
