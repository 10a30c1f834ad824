using Microsoft.Extensions.DependencyInjection;
using Zab.Serialization;

namespace Zab.Tests.Replica;

/// <summary>A replicated map of numbers, written by hand as the generator would; its iteration order is not its insertion order.</summary>
internal sealed class Map : IReplicated<Map>
{
    internal const uint Id = 0x0A;
    internal const uint Put = 1;
    internal const uint Size = 10;

    private readonly SortedDictionary<uint, uint> _values = [];

    static string IReplicated<Map>.ClassName => "Tests.Map";

    static uint IReplicated<Map>.ClassId => Id;

    static ulong IReplicated<Map>.StateShape => 0xA0;

    static IReadOnlyList<EntryDescriptor> IReplicated<Map>.Entries { get; } = [new(Put, "Put", EntryKind.Command), new(Size, "Size", EntryKind.Query)];

    static Map IReplicated<Map>.Create() => new();

    static void IReplicated<Map>.AddClient(IServiceCollection services) => throw new NotSupportedException("these tests inject nothing");

    static void IReplicated<Map>.Validate(uint commandId, ref ZabReader arguments)
    {
        arguments.ReadUInt64();
        arguments.End();
    }

    void IReplicatedStateMachine.Apply(uint commandId, ref ZabReader arguments, CommandContext context, ref ZabWriter result)
    {
        uint key = arguments.ReadUInt32();
        uint value = arguments.ReadUInt32();
        arguments.End();
        result.WriteUInt32(_values.GetValueOrDefault(key));
        _values[key] = value;
    }

    void IReplicatedStateMachine.Query(uint queryId, ref ZabReader arguments, QueryContext context, ref ZabWriter result) => result.WriteInt32(_values.Count);

    void IReplicatedStateMachine.WriteSnapshot(ref ZabWriter writer)
    {
        writer.WriteInt32(_values.Count);
        foreach ((uint key, uint value) in _values)
        {
            writer.WriteUInt32(key);
            writer.WriteUInt32(value);
        }
    }

    void IReplicatedStateMachine.ReadSnapshot(ref ZabReader reader)
    {
        int count = reader.ReadInt32();
        if (count < 0 || count > reader.Remaining / 8) throw new ZabFormatException($"{count} values do not fit", 0);
        for (int i = 0; i < count; i++)
        {
            uint key = reader.ReadUInt32();
            if (!_values.TryAdd(key, reader.ReadUInt32())) throw new ZabFormatException($"the key {key} stands twice", reader.Offset);
        }
    }
}
