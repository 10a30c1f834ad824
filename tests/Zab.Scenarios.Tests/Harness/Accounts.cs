using Microsoft.Extensions.DependencyInjection;
using Zab.Serialization;

namespace Zab.Scenarios;

/// <summary>Two accounts whose sum is always 0, and commands that do what commands must not do.</summary>
internal sealed class Accounts : IReplicated<Accounts>
{
    internal const uint Id = 0xACC0;
    internal const uint Move = 1, Throw = 2;

    private long _one;
    private long _other;

    /// <summary>The next command that this thread applies, on whatever server, answers as if there were something that the others do not know.</summary>
    [ThreadStatic]
    internal static bool DeviatesNext;

    static string IReplicated<Accounts>.ClassName => "Scenarios.Accounts";

    static uint IReplicated<Accounts>.ClassId => Id;

    static ulong IReplicated<Accounts>.StateShape => 0xA0;

    static IReadOnlyList<EntryDescriptor> IReplicated<Accounts>.Entries { get; } = [new(Move, "Move", EntryKind.Command), new(Throw, "Throw", EntryKind.Command)];

    static Accounts IReplicated<Accounts>.Create() => new();

    static void IReplicated<Accounts>.AddClient(IServiceCollection services) => throw new NotSupportedException("the stories of this class inject nothing");

    static void IReplicated<Accounts>.Validate(uint commandId, ref ZabReader arguments) => arguments.End();

    void IReplicatedStateMachine.Apply(uint commandId, ref ZabReader arguments, CommandContext context, ref ZabWriter result)
    {
        _one--;
        _other++;
        if (commandId == Throw) throw new InvalidOperationException("it threw behind its changes");
        if (DeviatesNext)
        {
            DeviatesNext = false;
            result.WriteInt64(long.MaxValue);
        }
        else
        {
            result.WriteInt64(_one);
        }
    }

    void IReplicatedStateMachine.Query(uint queryId, ref ZabReader arguments, QueryContext context, ref ZabWriter result) => throw new NotSupportedException("it has no query");

    void IReplicatedStateMachine.WriteSnapshot(ref ZabWriter writer)
    {
        writer.WriteInt64(_one);
        writer.WriteInt64(_other);
    }

    void IReplicatedStateMachine.ReadSnapshot(ref ZabReader reader)
    {
        _one = reader.ReadInt64();
        _other = reader.ReadInt64();
        if (_one + _other != 0) throw new ZabFormatException($"one account holds {_one}, the other {_other}: a command is in the snapshot by half", 0);
    }
}
