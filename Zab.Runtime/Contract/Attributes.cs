namespace Zab;

/// <summary>Marks the one source of truth of a replicated state machine: a <c>sealed partial</c> class whose instance fields are the state.</summary>
/// <remarks>The generator emits its proposals, apply handlers, codecs, snapshot and client; the analyzers keep it deterministic.</remarks>
[AttributeUsage(AttributeTargets.Class, Inherited = false)]
public sealed class ReplicatedAttribute : Attribute
{
    /// <summary>The contract name, hashed into the class id; the full class name where it is not given. Give it before a class is renamed.</summary>
    public string? Name { get; set; }

    /// <summary>The name of the generated client class, whose interface has an <c>I</c> before it; where not given, the class name without or with <c>Client</c>.</summary>
    public string? Client { get; set; }
}

/// <summary>Marks a method that is ordered by zxid and applied exactly once on every server. It is synchronous and deterministic.</summary>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class CommandAttribute : Attribute
{
    /// <summary>The contract name, hashed into the command id; the method's name where it is not given. Needed for an overload, and after a rename.</summary>
    public string? Name { get; set; }
}

/// <summary>Marks a method that reads the state and never changes it. It is synchronous; it never overlaps a command of the same instance.</summary>
[AttributeUsage(AttributeTargets.Method, Inherited = false)]
public sealed class QueryAttribute : Attribute
{
    /// <summary>The contract name, hashed into the query id; the method's name where it is not given. Needed for an overload, and after a rename.</summary>
    public string? Name { get; set; }
}
