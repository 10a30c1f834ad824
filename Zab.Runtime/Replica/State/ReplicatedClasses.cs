using System.Collections.Immutable;
using Zab.Serialization;

namespace Zab.Replica;

/// <summary>The replicated classes that this server has the code of, ascending by id. Immutable; safe for concurrent use.</summary>
internal sealed class ReplicatedClasses
{
    private readonly ImmutableSortedDictionary<uint, ReplicatedClass> _byId;

    /// <exception cref="ArgumentException">Two of them have the same id.</exception>
    internal ReplicatedClasses(IEnumerable<ReplicatedClass> classes)
    {
        ImmutableSortedDictionary<uint, ReplicatedClass>.Builder byId = ImmutableSortedDictionary.CreateBuilder<uint, ReplicatedClass>();
        foreach (ReplicatedClass added in classes)
        {
            if (byId.TryGetValue(added.Id, out ReplicatedClass? other)) throw new ArgumentException(Conflict(added, other));
            byId.Add(added.Id, added);
        }

        _byId = byId.ToImmutable();
    }

    internal IEnumerable<ReplicatedClass> All => _byId.Values;

    internal ReplicatedClass? Find(uint id) => _byId.GetValueOrDefault(id);

    /// <summary>What a leader asks before it gives a request a zxid: null where every server with the same classes can apply it, else why not.</summary>
    internal string? ValidateRequest(ReadOnlySpan<byte> payload)
    {
        try
        {
            Request request = RequestCodec.Decode(payload);
            return request.Kind switch
            {
                RequestKind.Command => ValidateCommand(request),
                RequestKind.AddClass => ValidateAddClass(request),
                _ => null,
            };
        }
        catch (ZabFormatException e)
        {
            return $"the request cannot be decoded: {e.Message}";
        }
    }

    private string? ValidateCommand(Request request)
    {
        if (Find(request.ClassId) is not { } target) return $"no replicated class has the id {request.ClassId:x8} at the leader; register it there with AddReplicated";
        if (target.FindCommand(request.CommandId) is not { } command) return $"{target.Name} has no command with the id {request.CommandId:x8} at the leader; the caller's version is newer, or another class";
        return ValidateArguments(target, command, request.Arguments);
    }

    /// <summary>Decoding runs constructors of the user's types: whatever comes out of them must reach neither the leader's loop nor the log.</summary>
    private static string? ValidateArguments(ReplicatedClass target, EntryDescriptor command, ReadOnlySpan<byte> arguments)
    {
        try
        {
            var reader = new ZabReader(arguments);
            target.Validate(command.Id, ref reader);
            return null;
        }
        catch (Exception e)
        {
            return $"the arguments of {target.Name}.{command.Name} cannot be decoded: {e.GetType()}: {e.Message}";
        }
    }

    private string? ValidateAddClass(Request request)
    {
        if (Find(request.ClassId) is not { } own) return UnknownClassException.NotRegistered(request.ClassId, request.ClassName).Message;
        return own.Name == request.ClassName && own.StateShape == request.StateShape ? null : UnknownClassException.Different(own, request.ClassName, request.StateShape).Message;
    }

    private static string Conflict(ReplicatedClass added, ReplicatedClass other) =>
        added.Name == other.Name
            ? $"the replicated class {added.Name} is registered twice; register it once"
            : $"the replicated classes {other.Name} and {added.Name} have the same id {added.Id:x8}; give one of them another name with [Replicated(Name = …)]";
}
