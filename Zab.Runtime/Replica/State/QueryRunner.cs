using System.Buffers;
using Zab.Serialization;

namespace Zab.Replica;

/// <summary>Runs one query at a time; its result reaches the caller whole or not at all.</summary>
internal sealed class QueryRunner
{
    private readonly ReplyBuffer _result = new();

    /// <exception cref="QueryFailedException">The query threw, or its result is too large.</exception>
    internal void Run(ClassInstance target, EntryDescriptor query, ReadOnlySpan<byte> arguments, QueryContext context, IBufferWriter<byte> output)
    {
        _result.Clear();
        try
        {
            var reader = new ZabReader(arguments);
            var writer = new ZabWriter(_result);
            target.Instance.Query(query.Id, ref reader, context, ref writer);
            writer.Flush();
        }
        catch (Exception e) when (!CommandRunner.IsExhaustion(e))
        {
            throw Failure($"{target.Class.Name}.{query.Name}", e);
        }

        output.Write(_result.Written);
    }

    private static QueryFailedException Failure(string query, Exception exception) => exception switch
    {
        ResultTooLargeException => new QueryFailedException(FailureReply.ResultTooLarge, $"the query {query}: {ResultTooLargeException.Text}; return it in pages", exception),
        CommandException known => new QueryFailedException(known.Code ?? "", known.Message, exception),
        _ => new QueryFailedException(exception.GetType().ToString(), $"the query {query} threw: {exception.Message}", exception),
    };
}
