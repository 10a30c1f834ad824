using Zab.Core;

namespace Zab.Transport;

/// <summary>How long the transport waits for whom, and how much it holds for them.</summary>
internal sealed record TcpTransportOptions
{
    /// <summary>For a name to be resolved and a connection to be made. Long enough for one lost SYN, which is repeated after a second.</summary>
    internal TimeSpan ConnectTimeout { get; init; } = TimeSpan.FromMilliseconds(1500);

    /// <summary>For the other side of a new connection: for its hello and first frame, or for its answer to ours.</summary>
    internal TimeSpan HelloTimeout { get; init; } = TimeSpan.FromMilliseconds(1500);

    /// <summary>For the receipt of a vote: a peer that gives none in this time is not there, whatever its connection says.</summary>
    internal TimeSpan ReceiptTimeout { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>Before the second attempt to reach a peer; it doubles from one to the next.</summary>
    internal TimeSpan ReconnectDelayMin { get; init; } = TimeSpan.FromMilliseconds(20);

    internal TimeSpan ReconnectDelayMax { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>For a Goodbye to leave before its channel is closed.</summary>
    internal TimeSpan GoodbyeTimeout { get; init; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Between two warnings of one kind; how many were left out is said in the next.</summary>
    internal TimeSpan WarningInterval { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Bytes that wait on one channel.</summary>
    internal int SendQueueBytesMax { get; init; } = Limits.SendQueueBytesMax;
}
