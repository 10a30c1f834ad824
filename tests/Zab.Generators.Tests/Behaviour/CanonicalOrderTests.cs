using Zab.Generators.Tests.Harness;

namespace Zab.Generators.Tests.Behaviour;

/// <summary>Sets and dictionaries have one encoding: texts by their UTF-8 bytes, other keys by their encoded bytes, whatever was inserted when.</summary>
public sealed class CanonicalOrderTests
{
    public static TheoryData<string[]> Permutations => new(Permute(["", "aa", "b", "\U0001F600", "\uFFFD"]));

    [Theory, MemberData(nameof(Permutations))]
    public void TextsAreOrderedByTheirUtf8Bytes(string[] order)
    {
        var machine = new Machine<Sets>();
        foreach (string text in order) machine.Instance.Add(text, text.Length);
        Assert.Equal(["", "aa", "b", "\uFFFD", "\U0001F600"], Decoded(machine.Snapshot()));
    }

    [Fact]
    public void RemovedEntriesLeaveNoTrace()
    {
        var direct = new Machine<Sets>();
        foreach (string text in new[] { "b", "c", "d" }) direct.Instance.Add(text, 1);
        var detour = new Machine<Sets>();
        foreach (string text in new[] { "a", "b", "c" }) detour.Instance.Add(text, 1);
        detour.Instance.Drop("a");
        detour.Instance.Add("d", 1);
        Assert.Equal(direct.Snapshot(), detour.Snapshot());
        Assert.Equal(direct.Snapshot(), detour.Restore(detour.Snapshot()).Snapshot());
    }

    [Fact]
    public void NumbersAreOrderedByTheirBytes()
    {
        var one = new Machine<Sets>();
        var other = new Machine<Sets>();
        int[] numbers = [1, 256, -1, 0, 65536, int.MinValue];
        foreach (int number in numbers) one.Instance.AddNumber(number);
        foreach (int number in numbers.Reverse()) other.Instance.AddNumber(number);
        Assert.Equal(one.Snapshot(), other.Snapshot());
    }

    private static string[] Decoded(byte[] snapshot)
    {
        var reader = new Serialization.ZabReader(snapshot);
        reader.ReadObjectHeader(2);
        string[] texts = new string[reader.ReadCount(8)];
        for (int i = 0; i < texts.Length; i++)
        {
            texts[i] = reader.ReadString();
            Assert.Equal(texts[i].Length, reader.ReadInt32());
        }

        return texts;
    }

    private static IEnumerable<string[]> Permute(string[] items) => items.Length <= 1
        ? [items]
        : items.SelectMany((item, i) => Permute([.. items[..i], .. items[(i + 1)..]]).Select(rest => (string[])[item, .. rest]));
}

/// <summary>Unordered collections.</summary>
[Replicated]
internal sealed partial class Sets
{
    private readonly Dictionary<string, int> _texts = new(StringComparer.Ordinal);
    private readonly HashSet<int> _numbers = [];

    [Command] internal void Add(string text, int value) => _texts[text] = value;
    [Command] internal bool Drop(string text) => _texts.Remove(text);
    [Command] internal bool AddNumber(int number) => _numbers.Add(number);
}
