using System.Buffers;
using System.Text;
using Zab.Serialization;

namespace Zab.Testing.Linearizability;

/// <summary>What a client was told: the bytes of a result, or that the class threw. An exception of the class is an answer like any other.</summary>
internal readonly struct Response
{
    private Response(bool isFailure, ReadOnlyMemory<byte> bytes) => (IsFailure, Bytes) = (isFailure, bytes);

    internal bool IsFailure { get; }

    /// <summary>The result as its codec wrote it. Of a failure: the code, and where there is a text, a zero and the text.</summary>
    internal ReadOnlyMemory<byte> Bytes { get; }

    internal static Response Returned(ReadOnlyMemory<byte> result) => new(isFailure: false, result);

    /// <summary>What a generated client returned, written again: equal content gives equal bytes.</summary>
    internal static Response Returned<TResult, TCodec>(in TResult result)
        where TCodec : struct, ICodec<TResult>
    {
        var output = new ArrayBufferWriter<byte>(64);
        var writer = new ZabWriter(output);
        TCodec.Write(ref writer, result);
        writer.Flush();
        return Returned(output.WrittenMemory);
    }

    /// <summary>The call threw. The text is what the class said with a <see cref="CommandException"/>, or what a client was told in its place.</summary>
    internal static Response Threw(string code, string text = "") => new(isFailure: true, Encoding.UTF8.GetBytes(text.Length == 0 ? code : $"{code}\0{text}"));

    /// <summary>A failure without its text.</summary>
    /// <remarks>Only the text of a <see cref="CommandException"/> is the same everywhere; for any other exception a class answers its code alone.</remarks>
    internal Response WithoutText()
    {
        int code = Bytes.Span.IndexOf((byte)0);
        return code < 0 ? this : new Response(IsFailure, Bytes[..code]);
    }

    /// <summary>Whether a client that was told this can have been answered by an object that says <paramref name="answer"/>.</summary>
    internal bool IsMetBy(in Response answer) => answer.IsSame(this) || (IsFailure && answer.IsSame(WithoutText()));

    private bool IsSame(in Response other) => IsFailure == other.IsFailure && Bytes.Span.SequenceEqual(other.Bytes.Span);
}
