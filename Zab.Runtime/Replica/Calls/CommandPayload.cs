using System.Buffers;
using Zab.Core;
using Zab.Serialization;

namespace Zab.Replica;

/// <summary>A command as bytes: the arguments are encoded once, behind room for the head, which is written when the command gets its number.</summary>
internal static class CommandPayload
{
    /// <exception cref="NotExecutedException">The command is larger than a proposal may be.</exception>
    /// <exception cref="ArgumentException">The codec cannot write an argument.</exception>
    internal static byte[] Encode<TProposal>(in TProposal proposal)
        where TProposal : struct, IProposal<TProposal>
    {
        var output = new ArrayBufferWriter<byte>(256);
        output.GetSpan(RequestCodec.CommandHeadBytes);
        output.Advance(RequestCodec.CommandHeadBytes);
        var writer = new ZabWriter(output);
        TProposal.Write(ref writer, proposal);
        writer.Flush();
        return output.WrittenCount <= Limits.PayloadBytesMax ? output.WrittenSpan.ToArray() : throw CallErrors.TooLarge(TProposal.Name, output.WrittenCount);
    }

    internal static void WriteHead(byte[] payload, Session session, ulong number, ulong answeredThrough, uint classId, uint commandId)
    {
        var head = new FixedWriter(payload.AsMemory(0, RequestCodec.CommandHeadBytes));
        var writer = new ZabWriter(head);
        RequestCodec.WriteCommandHead(ref writer, session, number, answeredThrough, classId, commandId);
        writer.Flush();
        Invariant.Require(head.Remaining == 0, $"the head of a command leaves {head.Remaining} of its bytes free");
    }

    private sealed class FixedWriter(Memory<byte> target) : IBufferWriter<byte>
    {
        private Memory<byte> _target = target;

        internal int Remaining => _target.Length;

        public void Advance(int count) => _target = _target[count..];

        public Memory<byte> GetMemory(int sizeHint = 0) => sizeHint <= _target.Length ? _target : throw new ArgumentOutOfRangeException(nameof(sizeHint), sizeHint, "the head of a command does not fit its place");

        public Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;
    }
}
