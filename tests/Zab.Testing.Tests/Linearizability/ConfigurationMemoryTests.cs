using Xunit;
using Zab.Testing.Linearizability;

namespace Zab.Tests.Linearizability;

/// <summary>What counts as a place where a search was.</summary>
public class ConfigurationMemoryTests
{
    private readonly ConfigurationMemory _memory = new();

    [Fact]
    public void A_configuration_is_new_once()
    {
        Assert.True(_memory.Add(state: 1, last: 5, [2, 3], []));
        Assert.False(_memory.Add(state: 1, last: 5, [2, 3], []));
        Assert.True(_memory.Add(state: 2, last: 5, [2, 3], []));
        Assert.True(_memory.Add(state: 1, last: 6, [2, 3], []));
        Assert.True(_memory.Add(state: 1, last: 5, [2], []));
        Assert.True(_memory.Add(state: 1, last: 5, [2, 4], []));
        Assert.True(_memory.Add(state: 1, last: -1, [], []));
    }

    [Fact]
    public void One_with_fewer_open_calls_placed_dominates_those_with_more()
    {
        Assert.True(_memory.Add(1, 5, [], [0b0110]));
        Assert.False(_memory.Add(1, 5, [], [0b0111]));
        Assert.False(_memory.Add(1, 5, [], [0b0110, 1]));
        Assert.True(_memory.Add(1, 5, [], [0b0101]));
        Assert.True(_memory.Add(1, 5, [], [0b0001, 1]));
        Assert.True(_memory.Add(1, 5, [], [0b0010]));
        Assert.False(_memory.Add(1, 5, [], [0b1010]));
        Assert.True(_memory.Add(1, 5, [], []));
        Assert.False(_memory.Add(1, 5, [], [0b1000]));
        Assert.True(_memory.Add(2, 5, [], [0b1000]));       // Another state is another thing.
    }

    [Fact]
    public void It_forgets_none_of_many()
    {
        for (int pass = 0; pass < 2; pass++)
        {
            for (int i = 0; i < 20_000; i++)
            {
                int[] holes = [.. Enumerable.Range(i - (i % 4), i % 4)];
                Assert.Equal(pass == 0, _memory.Add(i % 7, i, holes, i % 3 == 0 ? [] : [(ulong)i, 1]));
            }
        }

        Assert.True(_memory.Bytes > 20_000 * 5 * sizeof(int));
    }
}
