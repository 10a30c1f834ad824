namespace Zab.Replica;

/// <summary>The state needs code that this server does not have. Nothing was applied; it must not apply more, for it would differ from the others.</summary>
internal sealed class UnknownClassException : Exception
{
    private UnknownClassException(string message) : base(message) { }

    internal static UnknownClassException NotRegistered(uint id, string name) =>
        new($"the replicated class {name} (id {id:x8}) is part of the state and not registered on this server; register it with AddReplicated and start again");

    internal static UnknownClassException Different(ReplicatedClass own, string name, ulong stateShape) =>
        new($"the state holds {name} (id {own.Id:x8}) with the state shape {stateShape:x16}, and this server has {own}; run the version of the class that wrote the state");

    internal static UnknownClassException NoCommand(ReplicatedClass own, uint commandId, Zxid zxid) =>
        new($"the entry {zxid} is for a command of {own.Name} with the id {commandId:x8}, which this server's version of the class lacks; run the version that the leader runs");
}
