using Zab.Core;
using Zab.Transport;

namespace Zab.Tests.Replica.Driver;

/// <summary>Notes what leaves.</summary>
internal sealed class FakeTransport(Journal journal) : ITransport
{
    public ValueTask StartAsync(CancellationToken cancellationToken)
    {
        journal.Add("listen");
        return ValueTask.CompletedTask;
    }

    public void SetCluster(ClusterId cluster) => journal.Add($"cluster {cluster.Value:x}");

    public void SendPeer(ServerId to, Message message) => journal.Add($"tell {to} {Text(message)}");

    public void Open(ChannelId channel, ServerId peer) => journal.Add($"open {channel.Value} {peer}");

    public void Send(ChannelId channel, Message message) => journal.Add($"send {channel.Value} {Text(message)}");

    public void Close(ChannelId channel, string reason) => journal.Add($"close {channel.Value}");

    public ValueTask DisposeAsync()
    {
        journal.Add("transport disposed");
        return ValueTask.CompletedTask;
    }

    private static string Text(Message message) => message switch
    {
        Message.Goodbye goodbye => goodbye.Reason,
        Message.Vote vote => $"vote {vote.Round}",
        _ => message.GetType().Name,
    };
}
