using System.Reflection;
using Xunit;

namespace ZabWalkthrough.Tests;

public sealed class BookTests
{
    private static string Page => Path.Combine(typeof(BookTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(static metadata => metadata.Key == "Repository").Value!, "docs", "WALKTHROUGH.md");

    /// <summary>The run that is printed there is the run of today. The page is made by: dotnet run --project examples/ZabWalkthrough | cat, behind its introduction.</summary>
    [Fact]
    public void The_page_is_what_the_walkthrough_tells()
    {
        var told = new StringWriter();
        Book.Tell(new PlainPage(told), chapter: null);
        string page = File.ReadAllText(Page);
        Assert.EndsWith(told.ToString().TrimEnd(), page.TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public void Each_chapter_can_be_told_alone()
    {
        for (int chapter = 1; chapter <= Book.Count; chapter++)
        {
            var told = new StringWriter();
            Book.Tell(new PlainPage(told), chapter);
            Assert.Contains($"## {chapter}.", told.ToString(), StringComparison.Ordinal);
            Assert.Contains("**Checked:**", told.ToString(), StringComparison.Ordinal);
        }
    }
}
