using ZabWalkthrough.Chapters;

namespace ZabWalkthrough;

/// <summary>How ZooKeeper Atomic Broadcast works inside, told by an ensemble that does it.</summary>
internal static class Book
{
    private static readonly IChapter[] All = [new FirstStart(), new LaterStart(), new WriteThroughFollower(), new StaleRead(), new LeaderCrash()];

    internal static int Count => All.Length;

    /// <summary>Tells one chapter, or all of them.</summary>
    /// <exception cref="InvalidOperationException">Something that the story says is not so.</exception>
    internal static void Tell(IPage page, int? chapter)
    {
        foreach (IChapter told in chapter is { } number ? [All[number - 1]] : All)
        {
            page.Title(told.Title);
            told.Tell(new Stage(page));
        }
    }
}
