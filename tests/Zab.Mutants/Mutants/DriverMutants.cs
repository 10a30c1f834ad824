namespace Zab.Mutants;

/// <summary>Mistakes between the core and the world: what the core asked for is done too early, too far, or not at all.</summary>
internal static class DriverMutants
{
    internal static IReadOnlyList<Mutant> All { get; } =
    [
        new(
            "message-does-not-wait-for-its-write",
            "Replica/Driver/OutputExecutor.cs",
            find: "if (send.After <= _durable) transport.Send(send.Channel, send.Message);",
            replace: "if (send.After <= _lastWrite) transport.Send(send.Channel, send.Message);",
            row: "E12",
            breaks: "I2",
            why: "the core says what a message has to wait for, and the driver does not wait"),
        new(
            "window-gives-what-is-not-committed",
            "Replica/Driver/EntryWindow.cs",
            find: "i - _head < entriesMax && _entries[i].Zxid <= through; i++) into.Add(_entries[i]);",
            replace: "i - _head < entriesMax; i++) into.Add(_entries[i]);",
            row: "B12",
            breaks: "I17",
            why: "the applier takes all that is in memory"),
        new(
            "failed-disk-leaves-a-zombie",
            "Replica/Driver/LogWriter.cs",
            find: """
                post(new Input.StorageFailed(e.Message));
                return false;
                """,
            replace: "_ = e; return true;",
            row: "B08",
            breaks: "L3",
            why: "a server whose disk failed stays, answers pings, and makes nothing durable any more"),
    ];
}
