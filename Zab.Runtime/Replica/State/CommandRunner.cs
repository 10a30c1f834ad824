using System.Buffers.Binary;
using Zab.Core;
using Zab.Serialization;

namespace Zab.Replica;

/// <summary>A replicated class that is part of the state, and its instance.</summary>
internal sealed record ClassInstance(ReplicatedClass Class, IReplicatedStateMachine Instance);

/// <summary>A command threw. Its caller gets what every server knows; this is what only this server knows, for its log.</summary>
internal readonly record struct CommandFailure(Zxid Zxid, string ClassName, string CommandName, Exception Exception);

/// <summary>Runs one command at a time, and makes an answer of whatever it does.</summary>
internal sealed class CommandRunner(ClusterId cluster)
{
    private readonly ApplyScope _scope = new();
    private readonly ReplyBuffer _result = new();

    /// <summary>Hears of each command that threw.</summary>
    internal Action<CommandFailure>? OnFailure { get; set; }

    /// <summary>
    /// <code>
    /// case  the command                               answer
    /// A     returns                                   Result: what it returned
    /// B     throws CommandException                   Failed: its code and text
    /// C     returns more than may be returned         Failed: Zab.ResultTooLarge
    /// D     throws anything else                      Failed: the name of the exception's type
    /// E     runs out of memory or stack               none: this server stops, for another one has more of both
    /// </code>
    /// In every case but E the state is what the command left, and the number is taken.
    /// </summary>
    internal CachedReply Run(ClassInstance target, EntryDescriptor command, in Request request, Entry entry)
    {
        _result.Clear();
        try
        {
            _scope.Begin(entry.Zxid, new DateTimeOffset(entry.UtcTicks, TimeSpan.Zero), request.Session, Seed(entry.Zxid, request.ClassId));
            var arguments = new ZabReader(request.Arguments);
            var result = new ZabWriter(_result);
            target.Instance.Apply(request.CommandId, ref arguments, new CommandContext(_scope), ref result);
            result.Flush();
            return new CachedReply(entry.Zxid, RequestOutcome.Result, _result.Written.ToArray());       // A
        }
        catch (Exception e) when (!IsExhaustion(e))                                                     // E goes on up.
        {
            OnFailure?.Invoke(new CommandFailure(entry.Zxid, target.Class.Name, command.Name, e));
            return Failed(entry.Zxid, Describe(e));
        }
    }

    /// <summary>The answer that carries a failure.</summary>
    internal CachedReply Failed(Zxid zxid, FailureReply failure)
    {
        try
        {
            return new CachedReply(zxid, RequestOutcome.Failed, Written(failure));
        }
        catch (ResultTooLargeException)             // Code and text of a CommandException are the user's: they have the bound of a result.
        {
            return new CachedReply(zxid, RequestOutcome.Failed, Written(new FailureReply(FailureReply.ResultTooLarge, ResultTooLargeException.Text)));
        }
    }

    /// <summary>Whether memory or stack ended, here or deeper: no property of the command, so no answer that every server would give.</summary>
    internal static bool IsExhaustion(Exception? exception)
    {
        for (; exception is not null; exception = exception.InnerException)
            if (exception is OutOfMemoryException or InsufficientExecutionStackException) return true;
        return false;
    }

    // Type.ToString, not FullName: that of a generic type names the versions of the assemblies of its arguments.
    private static FailureReply Describe(Exception exception) => exception switch
    {
        CommandException known => new FailureReply(known.Code ?? "", known.Message),                                        // B
        ResultTooLargeException => new FailureReply(FailureReply.ResultTooLarge, ResultTooLargeException.Text),             // C
        _ => new FailureReply(exception.GetType().ToString(), ""),                                                          // D
    };

    private byte[] Written(FailureReply failure)
    {
        _result.Clear();
        var writer = new ZabWriter(_result);
        failure.Write(ref writer);
        writer.Flush();
        return _result.Written.ToArray();
    }

    /// <summary>The hash of cluster, zxid, class, and the ordinal of the call within its entry: always 0, an entry holds one.</summary>
    private ulong Seed(Zxid zxid, uint classId)
    {
        Span<byte> seed = stackalloc byte[24];
        BinaryPrimitives.WriteUInt64LittleEndian(seed, cluster.Value);
        BinaryPrimitives.WriteUInt64LittleEndian(seed[8..], zxid.Value);
        BinaryPrimitives.WriteUInt32LittleEndian(seed[16..], classId);
        BinaryPrimitives.WriteUInt32LittleEndian(seed[20..], 0);
        return XxHash64.Hash(seed);
    }
}
