using Zab.Generators.Tests.Harness;

namespace Zab.Generators.Tests.Behaviour;

/// <summary>The generated snapshot: all of the state, the same bytes for the same content, and into the collections that the constructor made.</summary>
public sealed class SnapshotTests
{
    [Fact]
    public async Task ARestoredInstanceIsEqual()
    {
        Machine<Warehouse> machine = (await FilledAsync("a", "b")).Machine;
        byte[] snapshot = machine.Snapshot();
        Machine<Warehouse> restored = machine.Restore(snapshot);
        Assert.Equal(snapshot, restored.Snapshot());
        Assert.Equal((2, 7, "fresh"), (restored.Instance.Count, restored.Instance.Fixed, restored.Instance.Name));
    }

    [Fact]
    public async Task NullsAreRestoredOverWhatTheConstructorMade()
    {
        LoopbackConnection<Warehouse> connection = await FilledAsync("a");
        await new WarehouseClient(connection).ForgetAsync();
        byte[] snapshot = connection.Machine.Snapshot();
        Machine<Warehouse> target = (await FilledAsync("b")).Machine;
        var reader = new Serialization.ZabReader(snapshot);
        ((IReplicatedStateMachine)target.Instance).ReadSnapshot(ref reader);
        Assert.Equal(snapshot, target.Snapshot());
    }

    [Fact]
    public async Task TheComparerOfACollectionStays()
    {
        LoopbackConnection<Warehouse> connection = await FilledAsync("key");
        Machine<Warehouse> restored = connection.Machine.Restore(connection.Machine.Snapshot());
        Assert.Same(StringComparer.OrdinalIgnoreCase, restored.Instance.ItemsComparer);
        Assert.NotNull(restored.Instance.Find("KEY"));
    }

    [Fact]
    public async Task SettersDoNotRun()
    {
        Machine<Warehouse> machine = (await FilledAsync("a")).Machine;
        int before = Warehouse.SettersRun;
        machine.Restore(machine.Snapshot());
        Assert.Equal(before, Warehouse.SettersRun);
    }

    [Fact]
    public async Task AReadonlyFieldIsRestored()
    {
        Machine<Warehouse> machine = (await FilledAsync("a")).Machine;
        byte[] snapshot = machine.Snapshot();
        int at = snapshot.AsSpan().LastIndexOf(BitConverter.GetBytes(7));
        snapshot[at] = 8;
        Assert.Equal(8, machine.Restore(snapshot).Instance.Fixed);
    }

    [Fact]
    public async Task TheHistoryOfACollectionDoesNotShow()
    {
        Warehouse[] histories = [(await FilledAsync("a", "b", "c")).Machine.Instance, (await FilledAsync("a", "b", "c")).Machine.Instance];
        histories[0].Remove("a");
        histories[0].Remove("c");
        histories[0].Remove("b");
        histories[1].Remove("b");
        histories[1].Remove("a");
        histories[1].Remove("c");
        foreach (string key in new[] { "x", "y", "z" }) histories[0].Store(Context(), key, ClientTests.Nut());
        foreach (string key in new[] { "x", "y", "z" }) histories[1].Store(Context(), key, ClientTests.Nut());
        Assert.Equal(Bytes(histories[0]), Bytes(histories[1]));
    }

    [Fact]
    public async Task EveryTruncationOfASnapshotIsRefused()
    {
        Machine<Warehouse> machine = (await FilledAsync("a", "b")).Machine;
        byte[] snapshot = machine.Snapshot();
        for (int length = 0; length < snapshot.Length; length++) Assert.Throws<ZabFormatException>(() => machine.Restore(snapshot[..length]));
        Assert.Throws<ZabFormatException>(() => machine.Restore([.. snapshot, 0]));
    }

    [Fact]
    public async Task ARefusedSnapshotNamesTheMember()
    {
        Machine<Warehouse> machine = (await FilledAsync("a")).Machine;
        byte[] snapshot = machine.Snapshot();
        ZabFormatException exception = Assert.Throws<ZabFormatException>(() => machine.Restore(snapshot[..20]));
        Assert.StartsWith("Warehouse._items[0]", exception.Path, StringComparison.Ordinal);
    }

    [Fact]
    public void ARefusedArgumentNamesItself()
    {
        ZabFormatException exception = Assert.Throws<ZabFormatException>(() => new Machine<Warehouse>().Validate("Remove", [1, 2, 0, 0, 0, (byte)'a']));
        Assert.Equal("Remove.key", exception.Path);
    }

    [Fact]
    public void AnUnknownIdIsRefused()
    {
        var machine = new Machine<Warehouse>();
        uint query = Machine<Warehouse>.IdOf("Find"), command = Machine<Warehouse>.IdOf("Forget");
        Assert.Throws<ZabFormatException>(() => machine.Apply(1u, []));
        Assert.Throws<ZabFormatException>(() => machine.Query(1u, []));
        Assert.Throws<ZabFormatException>(() => machine.Apply(query, [1, 0, 0, 0, 0]));
        Assert.Throws<ZabFormatException>(() => machine.Query(command, [0]));
    }

    private static CommandContext Context() => CommandContext.ForTest(Machine.Now, Machine.Session);

    private static byte[] Bytes(Warehouse instance)
    {
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        var writer = new Serialization.ZabWriter(output);
        ((IReplicatedStateMachine)instance).WriteSnapshot(ref writer);
        writer.Flush();
        return output.WrittenSpan.ToArray();
    }

    private static async Task<LoopbackConnection<Warehouse>> FilledAsync(params string[] keys)
    {
        var connection = new LoopbackConnection<Warehouse>();
        var client = new WarehouseClient(connection);
        foreach (string key in keys) await client.StoreAsync(key, ClientTests.Nut());
        return connection;
    }
}
