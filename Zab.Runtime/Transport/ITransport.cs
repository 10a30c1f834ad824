using Zab.Core;

namespace Zab.Transport;

/// <summary>Carries messages between the servers of the start list. What happens on the network comes back as inputs, through the function that the transport was made with.</summary>
/// <remarks>
/// Every member returns at once, from any thread; connecting, writing and a peer that does not read hold up nobody else.
/// Inputs posted: <see cref="Input.PeerMessage"/>, <see cref="Input.PeerUnreachable"/>, <see cref="Input.ChannelUp"/>, <see cref="Input.ChannelDown"/>, <see cref="Input.Received"/>.
/// Those of one channel are posted one after the other, in order; after <see cref="Close"/> has returned, or after its ChannelDown, none is posted any more.
/// Of a channel that a learner opens, ChannelUp comes with the learner's first message: before that, nothing proves that it is no recording.
/// </remarks>
internal interface ITransport : IAsyncDisposable
{
    /// <summary>Listens; from here on servers may connect.</summary>
    /// <exception cref="IOException">The address cannot be listened on; the message says which, and what to do.</exception>
    ValueTask StartAsync(CancellationToken cancellationToken);

    /// <summary>The ensemble of this server, from when it knows it. Servers of another one are refused from here on.</summary>
    void SetCluster(ClusterId cluster);

    /// <summary>Sends a VOTE or FOUNDING. Of what was not sent yet, only the newest of each type is kept, and sent when the peer can be reached.</summary>
    void SendPeer(ServerId to, Message message);

    /// <summary>Opens a channel to a leader; a ChannelUp or a ChannelDown answers.</summary>
    void Open(ChannelId channel, ServerId peer);

    /// <summary>Sends on a channel, in order. Nothing happens where it is closed. A peer that does not keep up loses the channel: ChannelDown.</summary>
    /// <exception cref="Wire.WireException">The message does not fit a frame: its maker did not keep to <see cref="Limits"/>.</exception>
    void Send(ChannelId channel, Message message);

    /// <summary>Closes a channel; what was not sent yet is dropped, unless it ends in a Goodbye, which is given a moment to leave. No ChannelDown is posted.</summary>
    void Close(ChannelId channel, string reason);
}
