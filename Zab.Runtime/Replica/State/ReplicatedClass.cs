using System.Collections.Frozen;
using Zab.Serialization;

namespace Zab.Replica;

/// <summary>A replicated class as the state machine sees it: its static members behind virtual ones. Immutable; safe for concurrent use.</summary>
internal abstract class ReplicatedClass
{
    private readonly FrozenDictionary<uint, EntryDescriptor> _entries;

    private ReplicatedClass(string name, uint id, ulong stateShape, IReadOnlyList<EntryDescriptor> entries)
    {
        if (name.Length is 0 or > SessionLimits.ClassNameCharsMax) throw new ArgumentException($"a replicated class is named '{name}'; a name has 1 to {SessionLimits.ClassNameCharsMax} characters");
        (Name, Id, StateShape) = (name, id, stateShape);
        foreach (IGrouping<uint, EntryDescriptor> same in entries.GroupBy(static entry => entry.Id).Where(static group => group.Count() > 1))
            throw new ArgumentException($"{name}: {string.Join(" and ", same.Select(static entry => entry.Name))} have the same id {same.Key:x8}; give one of them another Name");
        _entries = entries.ToFrozenDictionary(static entry => entry.Id);
    }

    internal string Name { get; }

    internal uint Id { get; }

    internal ulong StateShape { get; }

    internal static ReplicatedClass Of<T>()
        where T : class, IReplicated<T> => new Typed<T>();

    internal EntryDescriptor? FindCommand(uint id) => Find(id, EntryKind.Command);

    internal EntryDescriptor? FindQuery(uint id) => Find(id, EntryKind.Query);

    internal abstract IReplicatedStateMachine Create();

    /// <exception cref="ZabFormatException">The arguments cannot be decoded.</exception>
    internal abstract void Validate(uint commandId, ref ZabReader arguments);

    public override string ToString() => $"{Name} (id {Id:x8}, state shape {StateShape:x16})";

    private EntryDescriptor? Find(uint id, EntryKind kind) => _entries.TryGetValue(id, out EntryDescriptor? entry) && entry.Kind == kind ? entry : null;

    private sealed class Typed<T>() : ReplicatedClass(T.ClassName, T.ClassId, T.StateShape, T.Entries)
        where T : class, IReplicated<T>
    {
        internal override IReplicatedStateMachine Create() => T.Create();

        internal override void Validate(uint commandId, ref ZabReader arguments) => T.Validate(commandId, ref arguments);
    }
}
