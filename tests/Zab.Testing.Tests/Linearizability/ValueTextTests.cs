using Xunit;
using Zab.Testing.Linearizability;

namespace Zab.Tests.Linearizability;

/// <summary>Values as people read them.</summary>
public class ValueTextTests
{
    public static TheoryData<object?, string> Values => new()
    {
        { null, "null" },
        { true, "true" },
        { -5L, "-5" },
        { 1.5, "1.5" },
        { "a\"b\n", "\"a\\u0022b\\u000a\"" },
        { new string('x', 100), $"\"{new string('x', 64)}…\"" },
        { "text"u8.ToArray(), "\"text\"" },
        { new byte[] { 1, 0xFF }, "0x01FF" },
        { new byte[40], $"0x{new string('0', 64)}… (40 bytes)" },
        { DayOfWeek.Friday, "Friday" },
        { new Zxid(2, 7), "Zxid(Epoch: 2, Counter: 7, Value: 8589934599)" },
        { new List<int> { 1, 2 }, "[1, 2]" },
        { Enumerable.Range(0, 20).ToArray(), "[0, 1, 2, 3, 4, 5, 6, 7, …]" },
        { new Dictionary<string, int> { ["a"] = 1 }, "[KeyValuePair(Key: \"a\", Value: 1)]" },
        { default(Zab.Serialization.Unit), "done" },
        { new object[] { new object[] { new object[] { new object[] { new object[] { 1 } } } } }, "[[[[…]]]]" },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void A_value_is_short_and_on_one_line(object? value, string text) => Assert.Equal(text, ValueText.Of(value));
}
