using Microsoft.Extensions.DependencyInjection;
using Zab.Serialization;

namespace Zab;

/// <summary>What kind of thing an id of a replicated class names.</summary>
public enum EntryKind : byte
{
    /// <summary>Ordered by zxid, applied once on every server.</summary>
    Command,

    /// <summary>Reads the state of one server.</summary>
    Query,
}

/// <summary>One command or query of a replicated class.</summary>
/// <param name="Id">The 32-bit hash of the contract name, unique within the class.</param>
/// <param name="Name">The contract name.</param>
/// <param name="Kind">Command or query.</param>
public sealed record EntryDescriptor(uint Id, string Name, EntryKind Kind);

/// <summary>How the runtime drives one instance of a replicated class; implemented explicitly, by generated code only.</summary>
public interface IReplicatedStateMachine
{
    /// <summary>Decodes the arguments, runs the command and writes its result. What the command throws comes out; then nothing was written.</summary>
    void Apply(uint commandId, ref ZabReader arguments, CommandContext context, ref ZabWriter result);

    /// <summary>Decodes the arguments, runs the query and writes its result. What the query throws comes out.</summary>
    void Query(uint queryId, ref ZabReader arguments, QueryContext context, ref ZabWriter result);

    /// <summary>Writes the state canonically: equal state gives equal bytes.</summary>
    void WriteSnapshot(ref ZabWriter writer);

    /// <summary>Replaces the state of an instance that <c>Create</c> made by what <see cref="WriteSnapshot"/> wrote.</summary>
    /// <exception cref="ZabFormatException">The bytes are no snapshot of this class. The instance must be dropped.</exception>
    void ReadSnapshot(ref ZabReader reader);
}

/// <summary>What <c>AddReplicated</c> needs to know of a class: the constraint is the lookup, so nothing is found by reflection.</summary>
/// <typeparam name="TSelf">The replicated class itself.</typeparam>
public interface IReplicated<TSelf> : IReplicatedStateMachine
    where TSelf : class, IReplicated<TSelf>
{
    /// <summary>The contract name of the class.</summary>
    static abstract string ClassName { get; }

    /// <summary>The 32-bit hash of <see cref="ClassName"/>.</summary>
    static abstract uint ClassId { get; }

    /// <summary>The hash of the shape of the state; a snapshot of another shape is refused.</summary>
    static abstract ulong StateShape { get; }

    /// <summary>The commands and queries.</summary>
    static abstract IReadOnlyList<EntryDescriptor> Entries { get; }

    /// <summary>A new instance in its initial state.</summary>
    static abstract TSelf Create();

    /// <summary>Decodes the arguments of a command without running it: what passes here can be applied.</summary>
    /// <exception cref="ZabFormatException">The arguments cannot be decoded, or no command has this id.</exception>
    static abstract void Validate(uint commandId, ref ZabReader arguments);

    /// <summary>Registers the generated client, so that its interface can be injected.</summary>
    static abstract void AddClient(IServiceCollection services);
}

/// <summary>A generated client interface makes its own implementation, so that asking for it needs no reflection.</summary>
/// <typeparam name="TSelf">The client interface itself.</typeparam>
public interface IReplicatedClient<TSelf>
    where TSelf : class, IReplicatedClient<TSelf>
{
    /// <summary>A client that calls through <paramref name="connection"/>.</summary>
    static abstract TSelf Create(ZabConnection connection);

    /// <summary>The same client, with a session, a request number, a read level or a receipt of its own.</summary>
    TSelf With(CallOptions options);
}

/// <summary>How generated clients reach the ensemble. Safe for concurrent use.</summary>
public abstract class ZabConnection
{
    /// <summary>Submits a command; completes when it is committed by a quorum and applied on the server that took the call.</summary>
    /// <exception cref="NotExecutedException">Never executed: safe to retry.</exception>
    /// <exception cref="OutcomeUnknownException">It may or may not take effect: repeat only with the same session and request number.</exception>
    /// <exception cref="SessionExpiredException">The session of <paramref name="options"/> has ended.</exception>
    /// <exception cref="RequestGapException">The request number of <paramref name="options"/> is not the next one.</exception>
    /// <exception cref="AlreadyExecutedException">Executed before, the answer is no longer kept.</exception>
    /// <exception cref="CommandFailedException">The command threw, on every server alike.</exception>
    public abstract ValueTask<TResult> SubmitAsync<TProposal, TResult, TCodec>(uint classId, TProposal proposal, CallOptions options, CancellationToken cancellationToken)
        where TProposal : struct, IProposal<TProposal>
        where TCodec : struct, ICodec<TResult>;

    /// <summary>Runs a query on the state of the server that takes the call, once that state is as fresh as <see cref="CallOptions.Read"/> asks.</summary>
    /// <exception cref="NotExecutedException">The state could not be confirmed to be as fresh as asked; safe to retry.</exception>
    /// <exception cref="QueryFailedException">The query threw, or its result is too large.</exception>
    public abstract ValueTask<TResult> QueryAsync<TQuery, TResult, TCodec>(uint classId, TQuery query, CallOptions options, CancellationToken cancellationToken)
        where TQuery : struct, IProposal<TQuery>
        where TCodec : struct, ICodec<TResult>;
}
