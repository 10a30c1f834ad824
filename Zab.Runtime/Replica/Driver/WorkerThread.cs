namespace Zab.Replica;

/// <summary>A thread of its own for a part that must go on while the thread pool is busy with the user's work.</summary>
internal static class WorkerThread
{
    /// <summary>Runs the body; whatever it throws goes to <paramref name="failure"/>, never to the process.</summary>
    /// <returns>Completes when the body has ended, however it did.</returns>
    internal static Task Start(string name, Action body, FailureSwitch failure, ThreadPriority priority = ThreadPriority.Normal)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var thread = new Thread(Run) { IsBackground = true, Name = name, Priority = priority };
        thread.Start();
        return ended.Task;

        void Run()
        {
            try
            {
                body();
            }
            catch (Exception e)
            {
                failure.Fail(e);
            }
            finally
            {
                ended.SetResult();
            }
        }
    }
}
