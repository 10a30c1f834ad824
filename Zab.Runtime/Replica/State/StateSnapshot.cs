using System.Buffers;
using Zab.Core;
using Zab.Serialization;

namespace Zab.Replica;

/// <summary>All that a snapshot holds.</summary>
internal sealed record StateContent(ClusterId Cluster, Zxid LastApplied, long LastUtcTicks, ulong ResultHash, SessionTable Sessions, SortedDictionary<uint, ClassInstance> Classes);

/// <summary>The canonical bytes of a state: equal states give equal bytes.</summary>
/// <remarks>
/// <code>
/// head        format version u32, cluster u64, lastApplied u64, lastUtcTicks i64, resultHash u64
/// sessions    count i32; ascending by id: id u64, secret u64, timeout i64, last number u64, answers i32;
///             per answer, oldest first: zxid u64, outcome u8, length i32, bytes
/// contents    of each class, ascending by id: as the class writes it
/// directory   count i32; ascending by id: id u32, state shape u64, length of the content u64, name text
/// tail        length of the directory i32
/// </code>
/// The lengths stand behind the contents, so that a content is written once, straight to the output, and is never held in memory as a whole.
/// </remarks>
internal static class StateSnapshot
{
    private const uint FormatVersion = 1;

    internal static void Write(StateContent state, IBufferWriter<byte> output)
    {
        WriteHead(state, output);
        WriteSessions(state.Sessions, output);
        var directory = new ArrayBufferWriter<byte>();
        var directoryWriter = new ZabWriter(directory);
        directoryWriter.WriteInt32(state.Classes.Count);
        foreach ((ReplicatedClass written, IReplicatedStateMachine instance) in state.Classes.Values)
        {
            long length = WriteContent(instance, output);
            directoryWriter.WriteUInt32(written.Id);
            directoryWriter.WriteUInt64(written.StateShape);
            directoryWriter.WriteUInt64((ulong)length);
            StateText.Write(ref directoryWriter, written.Name);
        }

        directoryWriter.Flush();
        var writer = new ZabWriter(output);
        writer.WriteRaw(directory.WrittenSpan);
        writer.WriteInt32(directory.WrittenCount);
        writer.Flush();
    }

    /// <exception cref="ZabFormatException">The bytes are no snapshot of this cluster.</exception>
    /// <exception cref="UnknownClassException">The snapshot holds a class that this server does not have, or has in another shape.</exception>
    internal static StateContent Read(ClusterId cluster, ReplicatedClasses registered, ReadOnlySpan<byte> snapshot)
    {
        var reader = new ZabReader(snapshot);
        uint version = reader.ReadUInt32();
        if (version != FormatVersion) throw new ZabFormatException($"a snapshot of the format {version}; this version reads {FormatVersion}", 0);
        var found = new ClusterId(reader.ReadUInt64());
        if (found != cluster) throw new ZabFormatException($"a snapshot of the cluster {found}; this server belongs to {cluster}", 4);
        Zxid lastApplied = Zxid.FromValue(reader.ReadUInt64());
        long lastUtcTicks = reader.ReadInt64();
        if (lastUtcTicks < 0 || lastUtcTicks > DateTime.MaxValue.Ticks) throw new ZabFormatException($"{lastUtcTicks} is no time", 20);
        ulong resultHash = reader.ReadUInt64();
        SessionTable sessions = ReadSessions(ref reader, lastApplied);
        SortedDictionary<uint, ClassInstance> classes = ReadClasses(snapshot, reader.Offset, registered);
        return new StateContent(cluster, lastApplied, lastUtcTicks, resultHash, sessions, classes);
    }

    private static void WriteHead(StateContent state, IBufferWriter<byte> output)
    {
        var writer = new ZabWriter(output);
        writer.WriteUInt32(FormatVersion);
        writer.WriteUInt64(state.Cluster.Value);
        writer.WriteUInt64(state.LastApplied.Value);
        writer.WriteInt64(state.LastUtcTicks);
        writer.WriteUInt64(state.ResultHash);
        writer.Flush();
    }

    private static void WriteSessions(SessionTable sessions, IBufferWriter<byte> output)
    {
        var writer = new ZabWriter(output);
        writer.WriteInt32(sessions.Count);
        foreach (SessionState session in sessions.Ascending)
        {
            writer.WriteUInt64(session.Id.Value);
            writer.WriteUInt64(session.Secret);
            writer.WriteInt64(session.Timeout.Ticks);
            writer.WriteUInt64(session.LastNumber);
            writer.WriteInt32(session.Count);
            for (ulong number = session.FirstKept; number <= session.LastNumber; number++)
            {
                CachedReply reply = session.Reply(number);
                writer.WriteUInt64(reply.Zxid.Value);
                writer.WriteByte((byte)reply.Outcome);
                writer.WriteInt32(reply.Bytes.Length);
                writer.WriteRaw(reply.Bytes);
            }
        }

        writer.Flush();
    }

    private static long WriteContent(IReplicatedStateMachine instance, IBufferWriter<byte> output)
    {
        var counted = new CountingWriter(output);
        var writer = new ZabWriter(counted);
        instance.WriteSnapshot(ref writer);
        writer.Flush();
        return counted.Count;
    }

    private static SessionTable ReadSessions(ref ZabReader reader, Zxid lastApplied)
    {
        const int leastBytes = 36;
        int count = ReadCount(ref reader, leastBytes, SessionLimits.SessionsMax, "sessions");
        var table = new SessionTable();
        ulong previous = 0;
        for (int i = 0; i < count; i++)
        {
            int offset = reader.Offset;
            SessionState session = ReadSession(ref reader, lastApplied);
            if (session.Id.Value <= previous) throw new ZabFormatException($"session {session.Id} stands out of order", offset);
            if (table.Bytes + session.Bytes > SessionLimits.TotalReplyBytesMax) throw new ZabFormatException("the answers kept are more than are ever kept", offset);
            previous = session.Id.Value;
            table.Add(session);
        }

        return table;
    }

    private static SessionState ReadSession(ref ZabReader reader, Zxid lastApplied)
    {
        const int leastBytes = 13;
        int offset = reader.Offset;
        var id = new SessionId(reader.ReadUInt64());
        ulong secret = reader.ReadUInt64();
        long timeout = reader.ReadInt64();
        ulong lastNumber = reader.ReadUInt64();
        var replies = new CachedReply[ReadCount(ref reader, leastBytes, SessionLimits.RepliesMax, "answers")];
        if (id.Value > lastApplied.Value || timeout <= 0 || (ulong)replies.Length > lastNumber)
            throw new ZabFormatException($"session {id} in a state at {lastApplied}, with a timeout of {timeout} ticks, {lastNumber} numbers and {replies.Length} answers", offset);
        int size = 0;
        Zxid previous = Zxid.FromValue(id.Value);
        for (int i = 0; i < replies.Length; i++)
        {
            replies[i] = ReadReply(ref reader, previous, lastApplied);
            previous = replies[i].Zxid;
            size += replies[i].Size;
            if (size > SessionLimits.ReplyBytesMax) throw new ZabFormatException($"session {id}: the answers kept are more than are ever kept", offset);
        }

        return new SessionState(id, secret, new TimeSpan(timeout), lastNumber, replies);
    }

    private static CachedReply ReadReply(ref ZabReader reader, Zxid previous, Zxid lastApplied)
    {
        int offset = reader.Offset;
        Zxid zxid = Zxid.FromValue(reader.ReadUInt64());
        var outcome = (RequestOutcome)reader.ReadByte();
        int length = reader.ReadInt32();
        bool isAnswer = outcome is RequestOutcome.Result or RequestOutcome.Failed || (outcome is RequestOutcome.Filled && length == 0);
        if (!isAnswer || length < 0 || length > SessionLimits.ResultBytesMax || zxid <= previous || zxid > lastApplied)
            throw new ZabFormatException($"an answer of {zxid} with the outcome {(byte)outcome} and {length} bytes cannot stand after {previous} in a state at {lastApplied}", offset);
        return new CachedReply(zxid, outcome, reader.ReadRaw(length).ToArray());
    }

    private static SortedDictionary<uint, ClassInstance> ReadClasses(ReadOnlySpan<byte> snapshot, int at, ReplicatedClasses registered)
    {
        ReadOnlySpan<byte> rest = snapshot[at..];
        if (rest.Length < 4) throw new ZabFormatException("a snapshot without its tail", at);
        int directoryLength = new ZabReader(rest[^4..]).ReadInt32();
        if (directoryLength < 0 || directoryLength > rest.Length - 4) throw new ZabFormatException($"a directory of {directoryLength} bytes does not fit", snapshot.Length - 4);
        ReadOnlySpan<byte> contents = rest[..^(directoryLength + 4)];
        var directory = new ZabReader(rest[contents.Length..^4]);

        var classes = new SortedDictionary<uint, ClassInstance>();
        int count = ReadCount(ref directory, leastBytes: 24, int.MaxValue, "classes");
        uint previous = 0;
        for (int i = 0; i < count; i++)
        {
            uint id = directory.ReadUInt32();
            ulong shape = directory.ReadUInt64();
            ulong length = directory.ReadUInt64();
            string name = StateText.Read(ref directory);
            if (i > 0 && id <= previous) throw new ZabFormatException($"the class {name} stands out of order", at);
            if (length > (ulong)contents.Length) throw new ZabFormatException($"{length} bytes of the class {name} do not fit", at);
            ReplicatedClass own = Registered(registered, id, name, shape);
            classes.Add(id, new ClassInstance(own, ReadContent(own, contents[..(int)length], at)));
            contents = contents[(int)length..];
            at += (int)length;
            previous = id;
        }

        directory.End();
        if (contents.Length > 0) throw new ZabFormatException($"{contents.Length} bytes belong to no class", at);
        return classes;
    }

    private static ReplicatedClass Registered(ReplicatedClasses registered, uint id, string name, ulong shape)
    {
        ReplicatedClass own = registered.Find(id) ?? throw UnknownClassException.NotRegistered(id, name);
        return own.Name == name && own.StateShape == shape ? own : throw UnknownClassException.Different(own, name, shape);
    }

    private static IReplicatedStateMachine ReadContent(ReplicatedClass own, ReadOnlySpan<byte> content, int at)
    {
        IReplicatedStateMachine instance = own.Create();
        try
        {
            var reader = new ZabReader(content);
            instance.ReadSnapshot(ref reader);
            reader.End();
        }
        catch (ZabFormatException e)
        {
            throw new ZabFormatException(e.Message, at + e.Offset, own.Name);
        }
        catch (Exception e) when (!CommandRunner.IsExhaustion(e))       // A constructor of the user's may refuse what it reads.
        {
            throw new ZabFormatException($"{e.GetType()}: {e.Message}", at, own.Name);
        }

        return instance;
    }

    private static int ReadCount(ref ZabReader reader, int leastBytes, int max, string what)
    {
        int offset = reader.Offset;
        int count = reader.ReadInt32();
        if (count < 0 || count > max || count > reader.Remaining / leastBytes) throw new ZabFormatException($"{count} {what} do not fit", offset);
        return count;
    }
}
