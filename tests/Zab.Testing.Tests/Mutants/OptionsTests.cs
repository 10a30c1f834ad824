using Xunit;
using Zab.Mutants;

namespace Zab.Testing.Tests.Mutants;

/// <summary>The command line of the program that tries the mutants.</summary>
public class OptionsTests
{
    [Fact]
    public void Without_arguments_every_mutant_is_tried_with_a_thousand_seeds()
    {
        Options options = Options.Parse([]);
        Assert.Equal((1, 1000), (options.FirstSeed, options.LastSeed));
        Assert.Null(options.ExploreMinutes);
        Assert.Equal(Catalogue.All, options.Select(Catalogue.All));
    }

    [Fact]
    public void One_seed_is_a_range_and_names_select()
    {
        Options options = Options.Parse(["--seeds", "17", "--only", "ack-before-fsync, half-is-a-quorum", "--explore", "3"]);
        Assert.Equal((17, 17), (options.FirstSeed, options.LastSeed));
        Assert.Equal(3, options.ExploreMinutes);
        Assert.Equal(["half-is-a-quorum", "ack-before-fsync"], options.Select(Catalogue.All).Select(static mutant => mutant.Name));
    }

    [Theory]
    [InlineData("--seeds")]
    [InlineData("--seeds", "9..3")]
    [InlineData("--seeds", "1..2..3")]
    [InlineData("--jobs", "0")]
    [InlineData("--minutes", "-1")]
    [InlineData("--faster")]
    public void What_means_nothing_is_refused(params string[] arguments) => Assert.Throws<MutantException>(() => Options.Parse(arguments));

    [Fact]
    public void An_unknown_name_is_refused() =>
        Assert.Throws<MutantException>(() => Options.Parse(["--only", "no-such-mutant"]).Select(Catalogue.All));
}
