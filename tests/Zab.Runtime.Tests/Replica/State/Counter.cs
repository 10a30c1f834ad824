using Microsoft.Extensions.DependencyInjection;
using Zab.Serialization;

namespace Zab.Tests.Replica;

/// <summary>A replicated number, written by hand as the generator would, with commands for every way to end.</summary>
internal sealed class Counter : IReplicated<Counter>
{
    internal const uint Id = 0x0C;
    internal const uint Add = 1, Refuse = 2, Crash = 3, Large = 4, Exhaust = 5, Describe = 6, CrashDeep = 7;
    internal const uint Get = 10, GetCrash = 11, GetLarge = 12, GetRefuse = 13, Seen = 14;

    internal const long Unwanted = long.MinValue;

    private long _value;

    static string IReplicated<Counter>.ClassName => "Tests.Counter";

    static uint IReplicated<Counter>.ClassId => Id;

    static ulong IReplicated<Counter>.StateShape => 0xC0;

    static IReadOnlyList<EntryDescriptor> IReplicated<Counter>.Entries { get; } =
    [
        new(Add, "Add", EntryKind.Command), new(Refuse, "Refuse", EntryKind.Command), new(Crash, "Crash", EntryKind.Command),
        new(Large, "Large", EntryKind.Command), new(Exhaust, "Exhaust", EntryKind.Command), new(Describe, "Describe", EntryKind.Command),
        new(CrashDeep, "CrashDeep", EntryKind.Command),
        new(Get, "Get", EntryKind.Query), new(GetCrash, "GetCrash", EntryKind.Query), new(GetLarge, "GetLarge", EntryKind.Query),
        new(GetRefuse, "GetRefuse", EntryKind.Query), new(Seen, "Seen", EntryKind.Query),
    ];

    static Counter IReplicated<Counter>.Create() => new();

    static void IReplicated<Counter>.AddClient(IServiceCollection services) => throw new NotSupportedException("these tests inject nothing");

    static void IReplicated<Counter>.Validate(uint commandId, ref ZabReader arguments)
    {
        Checked(arguments.ReadInt64());
        arguments.End();
    }

    void IReplicatedStateMachine.Apply(uint commandId, ref ZabReader arguments, CommandContext context, ref ZabWriter result)
    {
        long by = arguments.ReadInt64();
        arguments.End();
        _value += by;
        switch (commandId)
        {
            case Add: result.WriteInt64(_value); break;
            case Refuse: throw new CommandException("counter.refused", $"refused at {_value}");
            case Crash:
                result.WriteInt64(by);          // What was written before must not reach anyone.
                throw new FormatException("a text that depends on the machine");
            case Large: result.WriteRaw(new byte[by]); break;
            case Exhaust: throw new InvalidOperationException("wrapped", new InsufficientMemoryException());
            case Describe: Write(context, ref result); break;
            case CrashDeep: throw new NestedException<int>();
        }
    }

    void IReplicatedStateMachine.Query(uint queryId, ref ZabReader arguments, QueryContext context, ref ZabWriter result)
    {
        arguments.End();
        switch (queryId)
        {
            case Get: result.WriteInt64(_value); break;
            case GetCrash:
                result.WriteInt64(_value);
                throw new FormatException("only here");
            case GetLarge: result.WriteRaw(new byte[_value]); break;
            case GetRefuse: throw new CommandException("counter.unreadable", "not now");
            case Seen:
                result.WriteUInt64(context.Zxid.Value);
                result.WriteInt64(context.Now.UtcTicks);
                break;
        }
    }

    void IReplicatedStateMachine.WriteSnapshot(ref ZabWriter writer) => writer.WriteInt64(_value);

    void IReplicatedStateMachine.ReadSnapshot(ref ZabReader reader) => _value = Checked(reader.ReadInt64());

    /// <summary>As the constructor of an argument type might, which the runtime knows nothing of.</summary>
    private static long Checked(long value) => value != Unwanted ? value : throw new ArgumentException("nobody wants this number");

    private static void Write(CommandContext context, ref ZabWriter result)
    {
        result.WriteUInt64(context.Zxid.Value);
        result.WriteInt64(context.Now.UtcTicks);
        result.WriteUInt64(context.Session.Value);
        result.WriteUInt64(context.Random.NextUInt64());
    }

    internal sealed class NestedException<T> : Exception;
}
