using Xunit;

namespace Zab.Tests;

/// <summary>The random numbers of a command are part of the contract: the algorithm never changes, on any server.</summary>
public class DeterministicRandomTests
{
    /// <summary>SplitMix64 with the seed 0, as its author publishes it.</summary>
    [Fact]
    public void The_sequence_is_that_of_SplitMix64()
    {
        var random = new DeterministicRandom(0);
        ulong[] numbers = [random.NextUInt64(), random.NextUInt64(), random.NextUInt64()];
        Assert.Equal(new ulong[] { 0xE220A8397B1DCDAF, 0x6E789E6AA1B965F4, 0x06C45D188009454F }, numbers);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(-3, 4)]
    [InlineData(int.MinValue, int.MaxValue)]
    public void A_number_of_a_range_lies_in_it_and_both_ends_are_reached_where_it_is_small(int min, int exclusiveMax)
    {
        var random = new DeterministicRandom(5);
        int[] numbers = [.. Enumerable.Range(0, 500).Select(_ => random.Next(min, exclusiveMax))];
        Assert.All(numbers, number => Assert.InRange(number, min, exclusiveMax - 1));
        if ((long)exclusiveMax - min < 10) Assert.Equal(Enumerable.Range(min, exclusiveMax - min), numbers.Distinct().Order());
    }

    [Fact]
    public void An_empty_range_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => new DeterministicRandom(1).Next(3, 3));
}
