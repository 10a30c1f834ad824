using Microsoft.Extensions.DependencyInjection;
using Zab.Serialization;

namespace Zab.Tests.Replica;

/// <summary>A class that nothing is called on: what matters is what it says of itself.</summary>
internal abstract class Misfit : IReplicatedStateMachine
{
    void IReplicatedStateMachine.Apply(uint commandId, ref ZabReader arguments, CommandContext context, ref ZabWriter result) => throw new NotSupportedException();

    void IReplicatedStateMachine.Query(uint queryId, ref ZabReader arguments, QueryContext context, ref ZabWriter result) => throw new NotSupportedException();

    void IReplicatedStateMachine.WriteSnapshot(ref ZabWriter writer) => throw new NotSupportedException();

    void IReplicatedStateMachine.ReadSnapshot(ref ZabReader reader) => throw new NotSupportedException();
}

/// <summary>Has the id of <see cref="Map"/>.</summary>
internal sealed class Twin : Misfit, IReplicated<Twin>
{
    static string IReplicated<Twin>.ClassName => "Tests.Twin";

    static uint IReplicated<Twin>.ClassId => Map.Id;

    static ulong IReplicated<Twin>.StateShape => 0;

    static IReadOnlyList<EntryDescriptor> IReplicated<Twin>.Entries => [];

    static Twin IReplicated<Twin>.Create() => new();

    static void IReplicated<Twin>.AddClient(IServiceCollection services) => throw new NotSupportedException();

    static void IReplicated<Twin>.Validate(uint commandId, ref ZabReader arguments) => throw new NotSupportedException();
}

/// <summary>Has two commands with one id.</summary>
internal sealed class Clash : Misfit, IReplicated<Clash>
{
    static string IReplicated<Clash>.ClassName => "Tests.Clash";

    static uint IReplicated<Clash>.ClassId => 0x0F;

    static ulong IReplicated<Clash>.StateShape => 0;

    static IReadOnlyList<EntryDescriptor> IReplicated<Clash>.Entries => [new(1, "First", EntryKind.Command), new(1, "Second", EntryKind.Command)];

    static Clash IReplicated<Clash>.Create() => new();

    static void IReplicated<Clash>.AddClient(IServiceCollection services) => throw new NotSupportedException();

    static void IReplicated<Clash>.Validate(uint commandId, ref ZabReader arguments) => throw new NotSupportedException();
}
