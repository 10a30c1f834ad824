using Xunit;
using Zab.Replica;
using Zab.Serialization;
using Zab.Tests.Replica;

namespace Zab.Tests.Calls;

/// <summary>A server's call path over a fake replica, in the words of the tests.</summary>
internal sealed class Server : IDisposable
{
    private readonly LocalConnection _connection;

    internal Server(bool hasCounter = true, CallTableOptions? options = null)
    {
        options ??= new CallTableOptions();
        var classes = new ReplicatedClasses([ReplicatedClass.Of<Counter>()]);
        ulong random = 0;
        Calls = new CallTable(classes, options, Time, () => ++random);
        Replica = new FakeReplica(classes, Calls);
        var reads = new LocalReads(options, Time);
        _connection = new LocalConnection(Calls, reads, options, Time);
        Sessions = new LocalSessions(Calls, reads, options, Time);
        if (hasCounter) Replica.AddMissingClasses();
        reads.Attach(Replica);
        Calls.Attach(Replica);
    }

    internal ManualTime Time { get; } = new();

    internal CallTable Calls { get; }

    internal FakeReplica Replica { get; }

    internal LocalSessions Sessions { get; }

    internal static TimeSpan Deadline { get; } = new CallTableOptions().CallTimeout;

    /// <summary>With a session of this process that was made, and used by nobody.</summary>
    internal static Server WithSession(CallTableOptions? options = null)
    {
        var server = new Server(options: options);
        Task<long> first = server.AddAsync(0);
        server.Replica.ApplyAll();
        Assert.True(first.IsCompleted || first.Wait(TimeSpan.FromSeconds(10)));
        server.Replica.Submitted.Clear();
        return server;
    }

    internal Task<long> AddAsync(long by, CallOptions options = default, CancellationToken cancellationToken = default) =>
        _connection.SubmitAsync<AddProposal, long, Int64Codec>(Counter.Id, new AddProposal(by), options, cancellationToken).AsTask();

    internal Task<long> RefuseAsync(long by) => _connection.SubmitAsync<RefuseProposal, long, Int64Codec>(Counter.Id, new RefuseProposal(by), default, default).AsTask();

    internal Task<long> CrashAsync(long by) => _connection.SubmitAsync<CrashProposal, long, Int64Codec>(Counter.Id, new CrashProposal(by), default, default).AsTask();

    internal Task<Unit> SubmitBytesAsync(int length) => _connection.SubmitAsync<BytesProposal, Unit, UnitCodec>(Counter.Id, new BytesProposal(new byte[length]), default, default).AsTask();

    internal Task<long> GetAsync(Read read = default, CallOptions options = default, CancellationToken cancellationToken = default) =>
        _connection.QueryAsync<GetQuery, long, Int64Codec>(Counter.Id, default, options with { Read = read }, cancellationToken).AsTask();

    internal Task<long> GetCrashAsync() => _connection.QueryAsync<GetCrashQuery, long, Int64Codec>(Counter.Id, default, new CallOptions { Read = Read.Local }, default).AsTask();

    /// <summary>A session that a caller holds.</summary>
    internal Session CreateSession()
    {
        Task<Session> created = Sessions.CreateSessionAsync(TimeSpan.FromMinutes(10)).AsTask();
        Replica.ApplyAll();
        return created.WaitAsync(TimeSpan.FromSeconds(10)).GetAwaiter().GetResult();
    }

    /// <summary>What the state holds now.</summary>
    internal long Value
    {
        get
        {
            var result = new System.Buffers.ArrayBufferWriter<byte>();
            Replica.Machine.Query(Counter.Id, Counter.Get, default, result);
            return BitConverter.ToInt64(result.WrittenSpan);
        }
    }

    /// <summary>The numbers in the payloads that were handed on, oldest first; of a fill, negative.</summary>
    internal long[] Numbers => [.. Replica.Submitted.Select(NumberOf)];

    private static long NumberOf(byte[] payload)
    {
        Request request = RequestCodec.Decode(payload);
        return request.Kind == RequestKind.Fill ? -(long)request.Number : (long)request.Number;
    }

    internal void PassTime(TimeSpan by) => Time.Advance(by);

    /// <summary>Until what was refused is handed on again.</summary>
    internal void PassBackoff() => Time.Advance(TimeSpan.FromMilliseconds(600));

    public void Dispose() => Calls.Dispose();
}

internal static class Awaiting
{
    /// <summary>A result that is there, or about to be: the answer was given, only the waiter's thread has to run.</summary>
    internal static Task<T> Soon<T>(this Task<T> task) => task.WaitAsync(TimeSpan.FromSeconds(20));

    internal static Task Soon(this Task task) => task.WaitAsync(TimeSpan.FromSeconds(20));
}

internal readonly record struct AddProposal(long By) : IProposal<AddProposal>
{
    public static uint Id => Counter.Add;

    public static string Name => "Add";

    public static void Write(ref ZabWriter writer, in AddProposal value) => writer.WriteInt64(value.By);

    public static AddProposal Read(ref ZabReader reader) => new(reader.ReadInt64());
}

internal readonly record struct RefuseProposal(long By) : IProposal<RefuseProposal>
{
    public static uint Id => Counter.Refuse;

    public static string Name => "Refuse";

    public static void Write(ref ZabWriter writer, in RefuseProposal value) => writer.WriteInt64(value.By);

    public static RefuseProposal Read(ref ZabReader reader) => new(reader.ReadInt64());
}

internal readonly record struct CrashProposal(long By) : IProposal<CrashProposal>
{
    public static uint Id => Counter.Crash;

    public static string Name => "Crash";

    public static void Write(ref ZabWriter writer, in CrashProposal value) => writer.WriteInt64(value.By);

    public static CrashProposal Read(ref ZabReader reader) => new(reader.ReadInt64());
}

internal readonly record struct BytesProposal(byte[] Bytes) : IProposal<BytesProposal>
{
    public static uint Id => 99;

    public static string Name => "Bytes";

    public static void Write(ref ZabWriter writer, in BytesProposal value) => writer.WriteRaw(value.Bytes);

    public static BytesProposal Read(ref ZabReader reader) => new(reader.ReadRaw(reader.Remaining).ToArray());
}

internal readonly record struct GetQuery : IProposal<GetQuery>
{
    public static uint Id => Counter.Get;

    public static string Name => "Get";

    public static void Write(ref ZabWriter writer, in GetQuery value) { }

    public static GetQuery Read(ref ZabReader reader) => default;
}

internal readonly record struct GetCrashQuery : IProposal<GetCrashQuery>
{
    public static uint Id => Counter.GetCrash;

    public static string Name => "GetCrash";

    public static void Write(ref ZabWriter writer, in GetCrashQuery value) { }

    public static GetCrashQuery Read(ref ZabReader reader) => default;
}
