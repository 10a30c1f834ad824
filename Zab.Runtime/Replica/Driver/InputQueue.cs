using Zab.Core;

namespace Zab.Replica;

/// <summary>What the loop takes at once: everything that has gathered since the last turn.</summary>
internal sealed class Turn
{
    internal List<Input> Inputs { get; } = [];

    internal List<ProposalRequest> Requests { get; } = [];

    internal List<SessionId> Touches { get; } = [];

    internal void Clear()
    {
        Inputs.Clear();
        Requests.Clear();
        Touches.Clear();
    }
}

/// <summary>The way into the loop. Callers' requests are bounded in number and bytes; inputs of network and storage bound themselves, by what is under way.</summary>
internal sealed class InputQueue
{
    private readonly object _gate = new();      // Waited on, so no Lock.
    private readonly List<Input> _inputs = [];
    private readonly List<ProposalRequest> _requests = [];
    private readonly HashSet<SessionId> _touches = [];
    private long _requestBytes;
    private bool _isWoken;
    private bool _isClosed;

    /// <summary>Called after something was posted.</summary>
    internal Action? Woken { private get; set; }

    internal void Post(Input input)
    {
        lock (_gate)
        {
            if (_isClosed) return;
            _inputs.Add(input);
            Monitor.Pulse(_gate);
        }

        Woken?.Invoke();
    }

    /// <summary>False where the bound is reached, or the replica has stopped: the request was not taken.</summary>
    internal bool TrySubmit(ProposalRequest request)
    {
        lock (_gate)
        {
            if (_isClosed || _requests.Count >= DriverLimits.QueuedRequestsMax || _requestBytes + request.Payload.Length > DriverLimits.QueuedRequestBytesMax) return false;
            _requests.Add(request);
            _requestBytes += request.Payload.Length;
            Monitor.Pulse(_gate);
        }

        Woken?.Invoke();
        return true;
    }

    /// <summary>Waits for the next tick: sessions are a matter of minutes, and one message tells of them all.</summary>
    internal void Touch(SessionId session)
    {
        lock (_gate)
        {
            if (!_isClosed) _touches.Add(session);
        }
    }

    /// <summary>Moves inputs and requests into <paramref name="turn"/>; waits for a while where there is nothing.</summary>
    internal void Take(Turn turn, TimeSpan timeout)
    {
        lock (_gate)
        {
            if (_inputs.Count == 0 && _requests.Count == 0 && !_isWoken && !_isClosed && timeout > TimeSpan.Zero) Monitor.Wait(_gate, timeout);
            _isWoken = false;
            turn.Inputs.AddRange(_inputs);
            turn.Requests.AddRange(_requests);
            _inputs.Clear();
            _requests.Clear();
            _requestBytes = 0;
        }
    }

    /// <summary>Moves the sessions that were touched since the last call.</summary>
    internal void TakeTouches(List<SessionId> into)
    {
        lock (_gate)
        {
            into.AddRange(_touches);
            _touches.Clear();
        }
    }

    /// <summary>Wakes the loop, or keeps it from waiting next time, so that it sees that it has to end.</summary>
    internal void Wake()
    {
        lock (_gate)
        {
            _isWoken = true;
            Monitor.Pulse(_gate);
        }

        Woken?.Invoke();
    }

    /// <summary>Nothing is taken any more; gives the requests that no turn took.</summary>
    internal ProposalRequest[] Close()
    {
        lock (_gate)
        {
            _isClosed = true;
            ProposalRequest[] left = [.. _requests];
            _inputs.Clear();
            _requests.Clear();
            _touches.Clear();
            Monitor.PulseAll(_gate);
            return left;
        }
    }
}
