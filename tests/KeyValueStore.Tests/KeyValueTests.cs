using System.Text;
using Xunit;

namespace KeyValueStore.Tests;

/// <summary>The replicated class by itself: a plain object.</summary>
public sealed class KeyValueTests
{
    private readonly KeyValue _store = new();

    [Fact]
    public void What_is_put_is_there_until_it_is_deleted()
    {
        Assert.Null(_store.Get("a"));
        Assert.Equal(WriteOutcome.NotFound, _store.Delete("a").Outcome);
        Assert.Equal(WriteOutcome.Done, _store.Put("a", [1, 2]).Outcome);
        Assert.Equal([1, 2], _store.Get("a"));
        Assert.Equal(WriteOutcome.Done, _store.Delete("a").Outcome);
        Assert.Null(_store.Get("a"));
    }

    [Theory]
    [InlineData(null, null, WriteOutcome.Done)]
    [InlineData(null, "", WriteOutcome.Different)]
    [InlineData("", "", WriteOutcome.Done)]
    [InlineData("", null, WriteOutcome.Different)]
    [InlineData("x", "x", WriteOutcome.Done)]
    [InlineData("x", "y", WriteOutcome.Different)]
    [InlineData("x", null, WriteOutcome.Different)]
    public void A_compare_and_set_sets_only_what_is_expected(string? current, string? expected, WriteOutcome outcome)
    {
        if (current is not null) _store.Put("a", Bytes(current));
        WriteResult result = _store.CompareAndSet("a", expected is null ? null : Bytes(expected), Bytes("new"));
        Assert.Equal(outcome, result.Outcome);
        Assert.Equal(outcome == WriteOutcome.Done ? "new" : current, Text(_store.Get("a")));
        Assert.Equal(outcome == WriteOutcome.Done ? null : current, Text(result.Value));
    }

    [Theory]
    [InlineData(null, 1, WriteOutcome.Counted, "1")]
    [InlineData("41", 1, WriteOutcome.Counted, "42")]
    [InlineData("-5", 5, WriteOutcome.Counted, "0")]
    [InlineData("1", -3, WriteOutcome.Counted, "-2")]
    [InlineData("0", 0, WriteOutcome.Counted, "0")]
    [InlineData("9223372036854775807", 1, WriteOutcome.Overflow, null)]
    [InlineData("-9223372036854775808", -1, WriteOutcome.Overflow, null)]
    [InlineData("-1", long.MinValue, WriteOutcome.Overflow, null)]
    [InlineData(null, long.MinValue, WriteOutcome.Counted, "-9223372036854775808")]
    [InlineData("9223372036854775808", 0, WriteOutcome.NotANumber, null)]
    [InlineData("1.5", 1, WriteOutcome.NotANumber, null)]
    [InlineData(" 1", 1, WriteOutcome.NotANumber, null)]
    [InlineData("", 1, WriteOutcome.NotANumber, null)]
    public void An_increment_adds_to_a_number_or_changes_nothing(string? current, long by, WriteOutcome outcome, string? sum)
    {
        if (current is not null) _store.Put("n", Bytes(current));
        WriteResult result = _store.Increment("n", by);
        Assert.Equal((outcome, sum), (result.Outcome, Text(result.Value)));
        Assert.Equal(sum ?? current, Text(_store.Get("n")));
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static string? Text(byte[]? bytes) => bytes is null ? null : Encoding.UTF8.GetString(bytes);
}
