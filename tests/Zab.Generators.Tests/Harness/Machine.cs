using System.Buffers;
using Zab.Serialization;

namespace Zab.Generators.Tests.Harness;

/// <summary>One instance of a replicated class, driven by bytes as the runtime drives it.</summary>
internal abstract class Machine
{
    internal static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    internal static readonly SessionId Session = new(0x0000_0001_0000_0002);

    /// <summary>Decodes the arguments of a command, as a leader does before it gives them a zxid.</summary>
    internal abstract void Validate(string command, byte[] arguments);

    internal abstract byte[] Apply(string command, byte[] arguments);

    internal abstract byte[] Query(string query, byte[] arguments);

    internal abstract byte[] Snapshot();

    /// <summary>Another instance, restored from a snapshot.</summary>
    internal abstract Machine Restore(byte[] snapshot);

    /// <summary>For a type that only exists at run time.</summary>
    internal static Machine Of(Type replicated) => (Machine)Activator.CreateInstance(typeof(Machine<>).MakeGenericType(replicated))!;
}

/// <inheritdoc cref="Machine"/>
internal sealed class Machine<T> : Machine
    where T : class, IReplicated<T>
{
    internal T Instance { get; } = T.Create();

    internal static uint IdOf(string name) => T.Entries.Single(e => e.Name == name).Id;

    internal override void Validate(string command, byte[] arguments)
    {
        var reader = new ZabReader(arguments);
        T.Validate(IdOf(command), ref reader);
    }

    internal override byte[] Apply(string command, byte[] arguments) => Apply(IdOf(command), arguments);

    internal override byte[] Query(string query, byte[] arguments) => Query(IdOf(query), arguments);

    internal byte[] Apply(uint command, byte[] arguments)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new ZabWriter(output);
        var reader = new ZabReader(arguments);
        Instance.Apply(command, ref reader, CommandContext.ForTest(Now, Session), ref writer);
        writer.Flush();
        return output.WrittenSpan.ToArray();
    }

    internal byte[] Query(uint query, byte[] arguments)
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new ZabWriter(output);
        var reader = new ZabReader(arguments);
        Instance.Query(query, ref reader, QueryContext.ForTest(Now), ref writer);
        writer.Flush();
        return output.WrittenSpan.ToArray();
    }

    internal override byte[] Snapshot()
    {
        var output = new ArrayBufferWriter<byte>();
        var writer = new ZabWriter(output);
        Instance.WriteSnapshot(ref writer);
        writer.Flush();
        return output.WrittenSpan.ToArray();
    }

    internal override Machine<T> Restore(byte[] snapshot)
    {
        var other = new Machine<T>();
        var reader = new ZabReader(snapshot);
        other.Instance.ReadSnapshot(ref reader);
        reader.End();
        return other;
    }
}
