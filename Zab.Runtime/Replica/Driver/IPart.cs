namespace Zab.Replica;

/// <summary>What a part of a replica does; so one that runs them can tell them apart.</summary>
internal enum PartKind : byte { Loop, Log, Read, Apply, Snapshot }

/// <summary>A part of a replica that works turn by turn; two turns of one part never overlap.</summary>
internal interface IPart
{
    PartKind Kind { get; }

    /// <summary>For how long from now on nothing is to be done, unless something is posted.</summary>
    TimeSpan Patience { get; }

    /// <summary>Called, from any thread, when there is something to do; set before the first turn by who does not want to wait inside of one.</summary>
    Action? Woken { set; }

    /// <summary>Does what has gathered; where that is nothing and it <paramref name="mayWait"/>, waits for as long as its patience lasts.</summary>
    /// <returns>False where this was the last turn.</returns>
    bool TakeTurn(bool mayWait);
}

/// <summary>Gives parts their turns: threads, or one thread on virtual time.</summary>
internal interface IStage
{
    /// <summary>How who waits for an answer goes on: elsewhere, so that nothing of a caller's runs inside of a turn; or at once, where there is one thread for everything.</summary>
    TaskCreationOptions Continuations { get; }

    /// <summary>Gives the part its turns until its last one; whatever it throws goes to <paramref name="failure"/>.</summary>
    /// <returns>Completes after the last turn, however that ended.</returns>
    Task Start(IPart part, string name, FailureSwitch failure);
}

/// <summary>A thread for each part.</summary>
internal sealed class ThreadStage : IStage
{
    internal static readonly ThreadStage Instance = new();

    public TaskCreationOptions Continuations => TaskCreationOptions.RunContinuationsAsynchronously;

    public Task Start(IPart part, string name, FailureSwitch failure) => WorkerThread.Start(
        name,
        () =>
        {
            while (part.TakeTurn(mayWait: true))
            {
            }
        },
        failure,
        part.Kind == PartKind.Snapshot ? ThreadPriority.BelowNormal : ThreadPriority.Normal);
}
