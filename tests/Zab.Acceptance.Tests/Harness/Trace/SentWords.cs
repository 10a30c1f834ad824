using System.Buffers.Binary;
using System.Text;
using System.Text.RegularExpressions;

namespace Zab.Acceptance;

/// <summary>Something that a traced server told another server, or a caller.</summary>
/// <param name="What">The type of the frame, or <see cref="SentWords.Answer"/>.</param>
/// <param name="Epoch">The epoch of the frame.</param>
/// <param name="Zxid">What it speaks of.</param>
/// <param name="Left">When the first byte of it may have left.</param>
internal readonly record struct SentWord(byte What, uint Epoch, Zxid Zxid, double Left);

/// <summary>The words of a traced server that need something to be durable first, found in the bytes that it sent. docs/FORMAT.md says what the bytes mean.</summary>
internal static partial class SentWords
{
    /// <summary>An answer to a call over HTTP, with the zxid of its header.</summary>
    internal const byte Answer = 0;

    internal const byte AckEpoch = 0x21;
    internal const byte AckNewLeader = 0x25;
    internal const byte Ack = 0x26;
    internal const byte LeaderInfo = 0x30;
    internal const byte UpToDate = 0x36;

    private const int HeaderBytes = 33;

    internal static IEnumerable<SentWord> Of(IReadOnlyList<SystemCall> calls)
    {
        foreach (IGrouping<string, SystemCall> connection in calls.Where(static call => call.IsSend).GroupBy(static call => call.Target))
        {
            SystemCall[] sends = [.. connection];
            bool isHttp = sends[0].Data.AsSpan().StartsWith("HTTP/"u8);
            foreach (SentWord word in isHttp ? Answers(sends) : Frames(sends)) yield return word;
        }
    }

    private static IEnumerable<SentWord> Answers(SystemCall[] sends) =>
        from send in sends
        from Match match in ZxidHeader().Matches(Encoding.Latin1.GetString(send.Data))
        select new SentWord(Answer, 0, Zxid.Parse(match.Groups[1].Value), send.Began);

    /// <summary>A frame may come in several sends: it begins to leave with the first.</summary>
    private static List<SentWord> Frames(SystemCall[] sends)
    {
        var words = new List<SentWord>();
        byte[] bytes = [.. sends.SelectMany(static send => send.Data.Take((int)send.Result))];
        int send = 0, endOfSend = (int)sends[0].Result;
        for (int at = 0; at + HeaderBytes <= bytes.Length;)
        {
            while (at >= endOfSend) endOfSend += (int)sends[++send].Result;
            ReadOnlySpan<byte> frame = bytes.AsSpan(at);
            int length = BinaryPrimitives.ReadInt32LittleEndian(frame);
            byte type = frame[12];
            bool isWhole = length <= frame.Length;
            if (isWhole && type is AckEpoch or AckNewLeader or Ack or LeaderInfo or UpToDate)
            {
                ulong first = type is AckNewLeader or Ack or UpToDate ? BinaryPrimitives.ReadUInt64LittleEndian(frame[HeaderBytes..]) : 0;
                words.Add(new SentWord(type, BinaryPrimitives.ReadUInt32LittleEndian(frame[29..]), Zxid.FromValue(first), sends[send].Began));
            }

            if (length < HeaderBytes) throw new AcceptanceException($"A frame of {length} bytes was sent.");
            at += length;
        }

        return words;
    }

    [GeneratedRegex(@"\r\nZxid: (\d+/\d+)\r\n")]
    private static partial Regex ZxidHeader();
}
