using Xunit;
using Zab.Replica;

namespace Zab.Scenarios;

/// <summary>Writes, each of its own key, and which of them were answered: those must be readable for ever.</summary>
internal sealed class Acknowledged(Story story)
{
    private readonly List<(string Key, string Value, Call Call)> _underWay = [];
    private readonly List<(string Key, string Value)> _answered = [];
    private int _count;

    internal int Count => _answered.Count;

    /// <summary>Writes one after the other, each when the one before was answered. The zxid of each.</summary>
    internal Zxid[] Write(uint server, int count, int bytes = 8)
    {
        var zxids = new Zxid[count];
        for (int i = 0; i < count; i++)
        {
            (string key, string value) = Next(bytes);
            zxids[i] = story.Written(server, key, value);
            _answered.Add((key, value));
        }

        return zxids;
    }

    /// <summary>Hands writes to a server, and does not wait.</summary>
    internal void Send(uint server, int count, int bytes = 8)
    {
        for (int i = 0; i < count; i++)
        {
            (string key, string value) = Next(bytes);
            _underWay.Add((key, value, story.Write(server, key, value)));
        }
    }

    internal void AssertReadable(uint server)
    {
        foreach ((string key, string value, Call call) in _underWay)
            if (call.Answer.IsCompletedSuccessfully) _answered.Add((key, value));
        _underWay.Clear();
        Assert.NotEmpty(_answered);
        _ = story.Read(server, _answered[^1].Key);              // One confirmed read: the local ones behind it see at least as much.
        foreach ((string key, string value) in _answered) Assert.Equal(value, story.Local(server, key));
    }

    private (string Key, string Value) Next(int bytes) => ($"k{++_count}", _count.ToString("D8", System.Globalization.CultureInfo.InvariantCulture).PadLeft(bytes, 'v'));
}
