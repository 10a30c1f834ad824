using Microsoft.Extensions.Logging;
using Zab.Core;
using Zab.Diagnostics;

namespace Zab.Replica;

/// <summary>Gives one input at a time to the core and has its outputs carried out. The only caller of Step, so the core needs no locks; it never waits for a disk.</summary>
internal sealed class ReplicaLoop(InputQueue inputs, PeerPart peer, OutputExecutor executor, LeaderDuties duties, StatusBoard board, IReplicaListener listener, ReplicaClock clock, TimeSpan tick, FailureSwitch failure, ILogger logger) : IPart
{
    private readonly Turn _turn = new();
    private readonly Outputs _outputs = new();
    private readonly Ticker _ticker = new(tick);
    private readonly List<ProposalRequest> _submit = [];
    private bool _isStopping;

    public PartKind Kind => PartKind.Loop;

    public TimeSpan Patience => _ticker.Until(clock.MonotonicTicks);

    public Action? Woken
    {
        set => inputs.Woken = value;
    }

    /// <summary>The replica failed; or was stopped, and everything it had to write is durable.</summary>
    private bool HasEnded => failure.IsOn || (_isStopping && executor.IsQuiet);

    /// <summary>What arrived comes before the tick, so that nobody is given up whose message is here already.</summary>
    public bool TakeTurn(bool mayWait)
    {
        if (HasEnded) return false;
        inputs.Take(_turn, mayWait ? Patience : TimeSpan.Zero);
        foreach (Input input in _turn.Inputs) Step(input);
        Submit();
        if (_ticker.IsDue(clock.MonotonicTicks, out TimeSpan paused)) Tick();
        else if (paused > TimeSpan.Zero) ReplicaLog.Paused(logger, paused);
        executor.EndTurn();
        board.Show(peer.Picture());
        _turn.Clear();
        return !HasEnded;
    }

    private void Step(Input input)
    {
        if (failure.IsOn) return;
        switch (input)
        {
            case Input.WritesDone done: executor.Durable(done.Through); break;
            case Input.SnapshotRejected rejected: executor.Reject(rejected.Reason); break;
            case Input.ChannelDown down: executor.Forget(down.Channel); break;
            case Input.StorageFailed: executor.Silence(); break;
            case Input.Stop: _isStopping = true; break;
        }

        peer.Step(clock.Now, input, _outputs);
        for (int i = 0; i < _outputs.Count && !failure.IsOn; i++) executor.Execute(_outputs[i]);
        _outputs.Clear();
        if (input is Input.StorageFailed failed) failure.Fail(new ReplicaStoppedException(failed.Reason));
    }

    private void Tick()
    {
        inputs.TakeTouches(_turn.Touches);
        if (_turn.Touches.Count > 0) Step(new Input.Touch([.. _turn.Touches]));
        Step(Input.Tick.Instance);
        duties.Tick();
    }

    /// <summary>All requests of the turn, in as few inputs as fit a frame each: a learner hands them on as they are.</summary>
    private void Submit()
    {
        int bytes = 0;
        foreach (ProposalRequest request in _turn.Requests)
        {
            if (_isStopping)
            {
                if (request.Tag != LeaderDuties.Tag) listener.OnRefused(request.Tag, Replica.StoppedText);
                continue;
            }

            _submit.Add(request);
            bytes += request.Payload.Length;
            if (bytes < Limits.BatchBytes && _submit.Count < Limits.BatchEntriesMax) continue;
            SubmitBatch();
            bytes = 0;
        }

        SubmitBatch();
    }

    private void SubmitBatch()
    {
        if (_submit.Count == 0) return;
        Step(new Input.Submit([.. _submit]));
        _submit.Clear();
    }
}
