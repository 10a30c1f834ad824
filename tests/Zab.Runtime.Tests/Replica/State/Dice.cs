using Microsoft.Extensions.DependencyInjection;
using Zab.Serialization;

namespace Zab.Tests.Replica;

/// <summary>A class that breaks the rule: its state is another one on every server.</summary>
internal sealed class Dice : IReplicated<Dice>
{
    internal const uint Id = 0x0D;
    internal const uint RollAndTell = 1, RollInSecret = 2;

    private Guid _rolled;

    static string IReplicated<Dice>.ClassName => "Tests.Dice";

    static uint IReplicated<Dice>.ClassId => Id;

    static ulong IReplicated<Dice>.StateShape => 0xD0;

    static IReadOnlyList<EntryDescriptor> IReplicated<Dice>.Entries { get; } = [new(RollAndTell, "RollAndTell", EntryKind.Command), new(RollInSecret, "RollInSecret", EntryKind.Command)];

    static Dice IReplicated<Dice>.Create() => new();

    static void IReplicated<Dice>.AddClient(IServiceCollection services) => throw new NotSupportedException("these tests inject nothing");

    static void IReplicated<Dice>.Validate(uint commandId, ref ZabReader arguments) => arguments.End();

    void IReplicatedStateMachine.Apply(uint commandId, ref ZabReader arguments, CommandContext context, ref ZabWriter result)
    {
        _rolled = Guid.NewGuid();
        if (commandId == RollAndTell) result.WriteRaw(_rolled.ToByteArray());
    }

    void IReplicatedStateMachine.Query(uint queryId, ref ZabReader arguments, QueryContext context, ref ZabWriter result) => throw new NotSupportedException("it has no query");

    void IReplicatedStateMachine.WriteSnapshot(ref ZabWriter writer) => writer.WriteRaw(_rolled.ToByteArray());

    void IReplicatedStateMachine.ReadSnapshot(ref ZabReader reader) => _rolled = new Guid(reader.ReadRaw(16));
}
