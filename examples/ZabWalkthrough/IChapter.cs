namespace ZabWalkthrough;

/// <summary>A part of the story: what it claims, it checks.</summary>
internal interface IChapter
{
    string Title { get; }

    void Tell(Stage stage);
}
