using Microsoft.Extensions.Logging;
using Zab.Diagnostics;

namespace Zab.Transport;

/// <summary>The tasks that the transport runs. None is forgotten: whoever closes the transport waits for all of them.</summary>
internal sealed class TaskSet(ILogger log)
{
    private readonly Lock _gate = new();
    private readonly HashSet<Task> _running = [];
    private bool _isClosed;

    /// <summary>Runs <paramref name="work"/> on the thread pool; false where the set is closed, and nothing runs.</summary>
    internal bool TryRun(Func<Task> work)
    {
        lock (_gate)
        {
            if (_isClosed) return false;
            Task? task = null;
            task = Task.Run(async () =>
            {
                // Work turns its own failures into inputs. One that comes out here is a bug, and must at least be seen.
                try
                {
                    await work().ConfigureAwait(false);
                }
                catch (Exception bug)
                {
                    log.TaskFailed(bug);
                    throw;
                }
                finally
                {
                    lock (_gate) _running.Remove(task!);   // The lock also waits until it was added.
                }
            });
            _running.Add(task);
            return true;
        }
    }

    /// <summary>Takes no more tasks, and completes when all have ended; fails with what one of them failed with meanwhile.</summary>
    internal Task CloseAsync()
    {
        lock (_gate)
        {
            _isClosed = true;
            return Task.WhenAll(_running);
        }
    }
}
