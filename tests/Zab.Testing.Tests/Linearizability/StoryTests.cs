using Xunit;
using Zab.Testing.Linearizability;

namespace Zab.Tests.Linearizability;

/// <summary>Histories that people know, of objects that people know.</summary>
public class StoryTests
{
    public static TheoryData<string> Legal => [.. LegalStories.All.Select(static s => s.Reason)];

    public static TheoryData<string> Illegal => [.. IllegalStories.All.Select(static s => s.Reason)];

    [Theory]
    [MemberData(nameof(Legal))]
    public void A_legal_history_has_an_order(string reason)
    {
        Story story = LegalStories.All.Single(s => s.Reason == reason);
        CallHistory history = story.History();

        Checks.AssertProven(Checks.Check(history, story.NewModel()), history, story.NewModel());
        Assert.True(new PlainChecker(history, story.NewModel(), remembers: false).IsLegal());
    }

    [Theory]
    [MemberData(nameof(Illegal))]
    public void An_illegal_history_has_none(string reason)
    {
        Story story = IllegalStories.All.Single(s => s.Reason == reason);
        CallHistory history = story.History();

        Assert.Equal(VerdictKind.Illegal, Checks.Check(history, story.NewModel()).Kind);
        Assert.False(new PlainChecker(history, story.NewModel(), remembers: false).IsLegal());
    }

    [Fact]
    public void A_history_without_calls_is_legal() => Assert.Equal(VerdictKind.Legal, Checks.Check(new CallHistory(), new Register()).Kind);

    [Fact]
    public void Every_story_is_told_once()
    {
        Story[] all = [.. LegalStories.All, .. IllegalStories.All];
        Assert.Equal(all.Length, all.Select(static s => s.Reason).Distinct().Count());
    }
}
