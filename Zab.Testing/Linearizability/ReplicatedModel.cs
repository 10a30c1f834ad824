using System.Buffers;
using Zab.Core;
using Zab.Replica;
using Zab.Serialization;

namespace Zab.Testing.Linearizability;

/// <summary>The class itself is the model of its ensemble: one instance, run as a server runs it, with the codecs and the failures of a server.</summary>
/// <param name="replicated">The class.</param>
/// <param name="cluster">Of the ensemble: the random numbers of a command follow from it.</param>
internal sealed class ReplicatedModel(ReplicatedClass replicated, ClusterId cluster) : ISequentialModel
{
    private readonly CommandRunner _commands = new(cluster);
    private readonly QueryRunner _queries = new();
    private readonly ArrayBufferWriter<byte> _result = new();
    private ClassInstance _object = new(replicated, replicated.Create());

    /// <summary>The models of all classes of an ensemble, by their ids.</summary>
    internal static Func<uint, ISequentialModel> Of(ReplicatedClasses classes, ClusterId cluster)
    {
        Dictionary<uint, ReplicatedModel> models = classes.All.ToDictionary(static c => c.Id, c => new ReplicatedModel(c, cluster));
        return id => models.TryGetValue(id, out ReplicatedModel? model)
            ? model
            : throw new ArgumentException($"the history holds a call of a class with the id {id:x8}, and the checker has no code for it");
    }

    public void Reset() => _object = new ClassInstance(replicated, replicated.Create());

    public Response Run(Operation operation) => operation.Invocation.IsQuery ? Query(operation) : Command(operation);

    public void Save(IBufferWriter<byte> state)
    {
        var writer = new ZabWriter(state);
        _object.Instance.WriteSnapshot(ref writer);
        writer.Flush();
    }

    public void Load(ReadOnlySpan<byte> state)
    {
        Reset();                                            // A snapshot is read into a new instance only.
        var reader = new ZabReader(state);
        _object.Instance.ReadSnapshot(ref reader);
        reader.End();
    }

    public string Describe(in Invocation invocation) =>
        invocation.Proposal is { } proposal
            ? ValueText.OfCall(Entry(invocation).Name, proposal)
            : $"{Entry(invocation).Name}({ValueText.Of(invocation.Arguments.ToArray())})";

    public string Describe(in Invocation invocation, in Response response)
    {
        if (response.IsFailure) return ValueText.OfFailure(response);
        return invocation.Codec is { } codec ? ValueText.Of(codec.Result(response.Bytes.Span)) : ValueText.Of(response.Bytes.ToArray());
    }

    private Response Command(Operation operation)
    {
        Invocation invocation = operation.Invocation;
        AppliedAt at = operation.AppliedAt.GetValueOrDefault();
        var request = new Request
        {
            Kind = RequestKind.Command,
            Session = at.Session,
            ClassId = invocation.ClassId,
            CommandId = invocation.EntryId,
            Arguments = invocation.Arguments.Span,
        };
        var entry = Core.Entry.FromParts(at.Zxid, Zxid.None, chain: 0, at.UtcTicks, EntryType.Request, payload: default);
        CachedReply reply = _commands.Run(_object, Entry(invocation), request, entry);
        if (reply.Outcome == RequestOutcome.Result) return Response.Returned(reply.Bytes);
        FailureReply failure = FailureReply.Read(reply.Bytes);
        return Response.Threw(failure.Code, failure.Text);
    }

    private Response Query(Operation operation)
    {
        Invocation invocation = operation.Invocation;
        AppliedAt at = operation.AppliedAt.GetValueOrDefault();
        _result.ResetWrittenCount();
        try
        {
            var context = new QueryContext(at.Zxid, new DateTimeOffset(at.UtcTicks, TimeSpan.Zero));
            _queries.Run(_object, Entry(invocation), invocation.Arguments.Span, context, _result);
            return Response.Returned(_result.WrittenSpan.ToArray());
        }
        catch (QueryFailedException e)
        {
            return Response.Threw(e.Code, e.InnerException is CommandException ? e.Message : "");     // The text of any other may differ from run to run.
        }
    }

    private EntryDescriptor Entry(in Invocation invocation) =>
        (invocation.IsQuery ? replicated.FindQuery(invocation.EntryId) : replicated.FindCommand(invocation.EntryId))
        ?? throw new ArgumentException(
            $"{replicated.Name} has no {(invocation.IsQuery ? "query" : "command")} with the id {invocation.EntryId:x8}, and the history holds a call of it");
}
