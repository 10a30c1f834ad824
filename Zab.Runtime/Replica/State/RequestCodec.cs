using System.Buffers;
using Zab.Serialization;

namespace Zab.Replica;

/// <summary>The payload of a request entry. Fixed widths, little endian, so that equal requests are equal bytes.</summary>
/// <remarks>
/// <code>
/// kind              then
/// 1 Command         session u64, secret u64, number u64, answeredThrough u64, class u32, command u32, arguments to the end
/// 2 CreateSession   nonce u64, secret u64, timeout i64 (ticks of 100 ns)
/// 3 CloseSession    session u64, secret u64
/// 4 ExpireSession   session u64
/// 5 Fill            session u64, secret u64, number u64, answeredThrough u64
/// 6 AddClass        class u32, state shape u64, name text
/// </code>
/// </remarks>
internal static class RequestCodec
{
    /// <summary>Bytes of a command beside its arguments.</summary>
    internal const int CommandHeadBytes = 41;

    /// <summary>Writes all of a command but its arguments, which must follow on the same writer.</summary>
    internal static void WriteCommandHead(ref ZabWriter writer, Session session, ulong number, ulong answeredThrough, uint classId, uint commandId)
    {
        WriteNumbered(ref writer, RequestKind.Command, session, number, answeredThrough);
        writer.WriteUInt32(classId);
        writer.WriteUInt32(commandId);
    }

    internal static byte[] CreateSession(ulong nonce, ulong secret, TimeSpan timeout)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(timeout, TimeSpan.Zero);
        var output = new ArrayBufferWriter<byte>(25);
        var writer = new ZabWriter(output);
        writer.WriteByte((byte)RequestKind.CreateSession);
        writer.WriteUInt64(nonce);
        writer.WriteUInt64(secret);
        writer.WriteInt64(timeout.Ticks);
        return Written(output, ref writer);
    }

    internal static byte[] CloseSession(Session session)
    {
        var output = new ArrayBufferWriter<byte>(17);
        var writer = new ZabWriter(output);
        writer.WriteByte((byte)RequestKind.CloseSession);
        writer.WriteUInt64(session.Id.Value);
        writer.WriteUInt64(session.Secret);
        return Written(output, ref writer);
    }

    internal static byte[] ExpireSession(SessionId session)
    {
        var output = new ArrayBufferWriter<byte>(9);
        var writer = new ZabWriter(output);
        writer.WriteByte((byte)RequestKind.ExpireSession);
        writer.WriteUInt64(session.Value);
        return Written(output, ref writer);
    }

    internal static byte[] Fill(Session session, ulong number, ulong answeredThrough)
    {
        var output = new ArrayBufferWriter<byte>(33);
        var writer = new ZabWriter(output);
        WriteNumbered(ref writer, RequestKind.Fill, session, number, answeredThrough);
        return Written(output, ref writer);
    }

    internal static byte[] AddClass(ReplicatedClass added)
    {
        var output = new ArrayBufferWriter<byte>(21 + added.Name.Length);
        var writer = new ZabWriter(output);
        writer.WriteByte((byte)RequestKind.AddClass);
        writer.WriteUInt32(added.Id);
        writer.WriteUInt64(added.StateShape);
        StateText.Write(ref writer, added.Name);
        return Written(output, ref writer);
    }

    /// <exception cref="ZabFormatException">The payload is no request.</exception>
    internal static Request Decode(ReadOnlySpan<byte> payload)
    {
        var reader = new ZabReader(payload);
        var kind = (RequestKind)reader.ReadByte();
        Request request = kind switch
        {
            RequestKind.Command => ReadCommand(ref reader),
            RequestKind.CreateSession => ReadCreateSession(ref reader),
            RequestKind.CloseSession => new Request { Kind = kind, Session = new SessionId(reader.ReadUInt64()), Secret = reader.ReadUInt64() },
            RequestKind.ExpireSession => new Request { Kind = kind, Session = new SessionId(reader.ReadUInt64()) },
            RequestKind.Fill => ReadFill(ref reader),
            RequestKind.AddClass => ReadAddClass(ref reader),
            _ => throw new ZabFormatException($"{(byte)kind} is no kind of request", 0),
        };
        reader.End();
        return request;
    }

    private static void WriteNumbered(ref ZabWriter writer, RequestKind kind, Session session, ulong number, ulong answeredThrough)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(answeredThrough, number);     // So number is at least 1, too.
        writer.WriteByte((byte)kind);
        writer.WriteUInt64(session.Id.Value);
        writer.WriteUInt64(session.Secret);
        writer.WriteUInt64(number);
        writer.WriteUInt64(answeredThrough);
    }

    private static byte[] Written(ArrayBufferWriter<byte> output, ref ZabWriter writer)
    {
        writer.Flush();
        return output.WrittenSpan.ToArray();
    }

    private static Request ReadCommand(scoped ref ZabReader reader)
    {
        var session = new SessionId(reader.ReadUInt64());
        ulong secret = reader.ReadUInt64();
        (ulong number, ulong answeredThrough) = ReadNumber(ref reader);
        return new Request
        {
            Kind = RequestKind.Command,
            Session = session,
            Secret = secret,
            Number = number,
            AnsweredThrough = answeredThrough,
            ClassId = reader.ReadUInt32(),
            CommandId = reader.ReadUInt32(),
            Arguments = reader.ReadRaw(reader.Remaining),
        };
    }

    private static Request ReadFill(scoped ref ZabReader reader)
    {
        var session = new SessionId(reader.ReadUInt64());
        ulong secret = reader.ReadUInt64();
        (ulong number, ulong answeredThrough) = ReadNumber(ref reader);
        return new Request { Kind = RequestKind.Fill, Session = session, Secret = secret, Number = number, AnsweredThrough = answeredThrough };
    }

    private static (ulong Number, ulong AnsweredThrough) ReadNumber(ref ZabReader reader)
    {
        int offset = reader.Offset;
        ulong number = reader.ReadUInt64();
        ulong answeredThrough = reader.ReadUInt64();
        if (answeredThrough >= number) throw new ZabFormatException($"request {number} says that answers up to {answeredThrough} were received", offset);
        return (number, answeredThrough);
    }

    private static Request ReadCreateSession(scoped ref ZabReader reader)
    {
        ulong nonce = reader.ReadUInt64();
        ulong secret = reader.ReadUInt64();
        long ticks = reader.ReadInt64();
        if (ticks <= 0) throw new ZabFormatException($"a session timeout of {ticks} ticks is not positive", 17);
        return new Request { Kind = RequestKind.CreateSession, Nonce = nonce, Secret = secret, Timeout = new TimeSpan(ticks) };
    }

    private static Request ReadAddClass(scoped ref ZabReader reader)
    {
        uint id = reader.ReadUInt32();
        ulong shape = reader.ReadUInt64();
        int offset = reader.Offset;
        string name = StateText.Read(ref reader);
        if (name.Length is 0 or > SessionLimits.ClassNameCharsMax) throw new ZabFormatException($"a class name of {name.Length} characters", offset);
        return new Request { Kind = RequestKind.AddClass, ClassId = id, StateShape = shape, ClassName = name };
    }
}
