using Microsoft.Extensions.DependencyInjection;
using Zab.Serialization;

namespace Zab.Tests.Hosting;

/// <summary>A replicated class that nothing is asked of but to be registered, written by hand as the generator would.</summary>
internal abstract class TallyBase : IReplicatedStateMachine
{
    void IReplicatedStateMachine.Apply(uint commandId, ref ZabReader arguments, CommandContext context, ref ZabWriter result) => arguments.End();

    void IReplicatedStateMachine.Query(uint queryId, ref ZabReader arguments, QueryContext context, ref ZabWriter result) => arguments.End();

    void IReplicatedStateMachine.WriteSnapshot(ref ZabWriter writer) => writer.WriteInt32(0);

    void IReplicatedStateMachine.ReadSnapshot(ref ZabReader reader) => reader.ReadInt32();
}

internal sealed class Tally : TallyBase, IReplicated<Tally>
{
    internal const uint Touch = 1;

    static string IReplicated<Tally>.ClassName => "Tests.Tally";

    static uint IReplicated<Tally>.ClassId => 0x7A;

    static ulong IReplicated<Tally>.StateShape => 1;

    static IReadOnlyList<EntryDescriptor> IReplicated<Tally>.Entries { get; } = [new(Touch, "Touch", EntryKind.Command)];

    static Tally IReplicated<Tally>.Create() => new();

    static void IReplicated<Tally>.Validate(uint commandId, ref ZabReader arguments) => arguments.End();

    static void IReplicated<Tally>.AddClient(IServiceCollection services) => services.AddSingleton(static provider => new TallyClient(provider.GetRequiredService<ZabConnection>()));
}

/// <summary>Another class with the same id.</summary>
internal sealed class Namesake : TallyBase, IReplicated<Namesake>
{
    static string IReplicated<Namesake>.ClassName => "Tests.Namesake";

    static uint IReplicated<Namesake>.ClassId => 0x7A;

    static ulong IReplicated<Namesake>.StateShape => 1;

    static IReadOnlyList<EntryDescriptor> IReplicated<Namesake>.Entries { get; } = [];

    static Namesake IReplicated<Namesake>.Create() => new();

    static void IReplicated<Namesake>.Validate(uint commandId, ref ZabReader arguments) => arguments.End();

    static void IReplicated<Namesake>.AddClient(IServiceCollection services)
    {
    }
}

internal sealed class TallyClient(ZabConnection connection)
{
    internal Task<Unit> TouchAsync() => connection.SubmitAsync<TouchProposal, Unit, UnitCodec>(0x7A, default, default, default).AsTask();

    internal readonly record struct TouchProposal : IProposal<TouchProposal>
    {
        public static uint Id => Tally.Touch;

        public static string Name => "Touch";

        public static void Write(ref ZabWriter writer, in TouchProposal value)
        {
        }

        public static TouchProposal Read(ref ZabReader reader) => default;
    }
}
