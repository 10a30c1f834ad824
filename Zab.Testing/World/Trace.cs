using System.Globalization;
using Zab.Core;
using Zab.Wire;

namespace Zab.Testing;

/// <summary>What happened: all of it as one hash, the newest of it to be read, and line by line for who wants to.</summary>
/// <remarks>The legend of the lines stands in docs/TESTING.md.</remarks>
internal sealed class Trace
{
    private const int Kept = 600;

    private readonly (long At, ServerId Server, object What)[] _newest = new (long, ServerId, object)[Kept];
    private Func<long> _now = static () => 0;
    private long _count;

    /// <summary>Two runs of one seed have the same.</summary>
    internal ulong Hash { get; private set; } = 0xCBF29CE484222325;

    /// <summary>Takes each line; null where nobody reads them.</summary>
    internal Action<string>? Sink { get; set; }

    internal void Attach(Func<long> now) => _now = now;

    internal void Stepped(ServerId server, Input input)
    {
        Mix((ulong)_now(), server.Value, Code(input));
        if (input is not Input.Tick && !IsPulse(input)) Keep(server, input);
    }

    internal void Answered(ServerId server, Outputs outputs)
    {
        for (int i = 0; i < outputs.Count; i++)
        {
            Mix((ulong)i, server.Value, Code(outputs[i]));
            if (outputs[i] is not (Output.Ignored or Output.Send { Message: Message.Ping or Message.PingReply })) Keep(server, outputs[i]);
        }
    }

    internal void Durable(ServerId server, WriteId through)
    {
        Mix(1, server.Value, through.Value);
        Keep(server, through);
    }

    internal void Applied(ServerId server, HistoryPoint point)
    {
        Mix(2, server.Value, point.Chain);
        Keep(server, point);
    }

    internal void Started(ServerId server) => Note(server, "starts");

    internal void Died(ServerId server, bool wasKilled) => Note(server, wasKilled ? "is killed, or ends" : "loses power");

    /// <summary>What no code of the servers did: faults, and what clients saw.</summary>
    internal void Note(ServerId server, string text)
    {
        Mix(3, server.Value, (ulong)text.Length);
        foreach (char c in text) Hash = (Hash ^ c) * 0x100000001B3;
        Keep(server, text);
    }

    internal IEnumerable<string> Newest()
    {
        for (long i = Math.Max(0, _count - Kept); i < _count; i++) yield return Line(_newest[i % Kept]);
    }

    private void Keep(ServerId server, object what)
    {
        (long, ServerId, object) kept = (_now(), server, what);
        _newest[_count++ % Kept] = kept;
        Sink?.Invoke(Line(kept));
    }

    private void Mix(ulong a, ulong b, ulong c)
    {
        ulong hash = Hash;
        hash = (hash ^ a) * 0x9E3779B97F4A7C15;
        hash = (hash ^ (hash >> 32) ^ b) * 0xD6E8FEB86659FD93;
        Hash = (hash ^ (hash >> 29) ^ c) * 0xC2B2AE3D27D4EB4F;
    }

    private static bool IsPulse(Input input) => input is Input.Received { Message: Message.Ping or Message.PingReply };

    private static string Line((long At, ServerId Server, object What) kept) =>
        string.Create(CultureInfo.InvariantCulture, $"{kept.At / (double)TimeSpan.TicksPerMillisecond,14:F3} {kept.Server} {Text(kept.What)}");

    private static string Text(object what) => what switch
    {
        string note => $"* {note}",
        WriteId write => $"= write {write.Value} durable",
        HistoryPoint point => $"! applies {point.Zxid}",
        Input.PeerMessage i => $"< from {i.From}: {Text(i.Message)}",
        Input.Received i => $"< {Short(i.Channel)}: {Text(i.Message)}",
        Input.Submit i => $"< {i.Requests.Length} requests",
        Input.WritesDone i => $"< write {i.Through.Value} done",
        Input.LogRead i => $"< read {i.Entries.Length} entries after {i.After} for {Short(i.Channel)}",
        Input input => $"< {input}",
        Output.SendPeer o => $"> to {o.To}{After(o.After)}: {Text(o.Message)}",
        Output.Send o => $"> {Short(o.Channel)}{After(o.After)}: {Text(o.Message)}",
        Output.Append o => $"> write {o.Id.Value}: append {o.Entries[0].Zxid}..{o.Entries[^1].Zxid}",
        Output.SaveHardState o => $"> write {o.Id.Value}: accepted {o.State.AcceptedEpoch}, current {o.State.CurrentEpoch}, repair floor {o.State.RepairFloor}",
        Output output => $"> {output}",
        _ => what.ToString() ?? "",
    };

    private static string Text(Message message) => message switch
    {
        Message.Proposal m => $"Proposal {m.Entries[0].Zxid}..{m.Entries[^1].Zxid} committed {m.Committed}",
        Message.Request m => $"Request x {m.Requests.Length}",
        Message.SnapshotChunk m => $"SnapshotChunk {m.Offset} + {m.Data.Length}",
        _ => message.ToString(),
    };

    private static string After(WriteId write) => write == WriteId.None ? "" : $" after write {write.Value}";

    private static string Short(ChannelId channel) => $"#{channel.Value & 0xFFFF:x4}";

    private static ulong Code(Input input) => input switch
    {
        Input.Tick => 1,
        Input.PeerMessage i => 0x100 | (ulong)MessageCodec.TypeOf(i.Message),
        Input.PeerUnreachable => 2,
        Input.ChannelUp => 3,
        Input.ChannelDown => 4,
        Input.Received i => 0x200 | (ulong)MessageCodec.TypeOf(i.Message),
        Input.WritesDone i => 0x1000 | (i.Through.Value << 16),
        Input.StorageFailed => 5,
        Input.Submit i => 0x300 | ((ulong)i.Requests.Length << 16),
        Input.Read => 6,
        Input.Touch => 7,
        Input.LogRead i => 0x400 | ((ulong)i.Entries.Length << 16),
        Input.SnapshotRead => 8,
        Input.SnapshotRejected => 9,
        Input.SnapshotTaken => 10,
        _ => 11,
    };

    private static ulong Code(Output output) => output switch
    {
        Output.SendPeer o => 0x1100 | (ulong)MessageCodec.TypeOf(o.Message),
        Output.Send o => 0x1200 | (ulong)MessageCodec.TypeOf(o.Message) | (o.Channel.Value << 16),
        Output.Append o => 0x1300 | (o.Entries[^1].Chain << 16),
        Output.Write => 0x1400,
        Output.Commit o => 0x1500 | (o.Through.Value << 16),
        Output.RoleChanged o => 0x1600 | ((ulong)o.Role << 16),
        Output.Refused => 0x1700,
        Output.ReadReady => 0x1800,
        _ => 0x1900,
    };
}
