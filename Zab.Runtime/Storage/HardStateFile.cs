using Zab.Core;

namespace Zab.Storage;

/// <summary>The hard state on disk. It gives each write its generation.</summary>
internal sealed class HardStateFile(TwoCopies copies, StoredState current) : IDisposable
{
    internal StoredState Current { get; private set; } = current;

    internal ulong Generation => copies.Generation;

    /// <summary>Durable in both copies when it returns.</summary>
    internal void Write(StoredState state)
    {
        ulong generation = Math.Max(copies.Generation + 1, state.HardState.Generation);
        HardState before = Current.HardState;
        Invariant.Require(state.HardState.CurrentEpoch <= state.HardState.AcceptedEpoch, $"current epoch {state.HardState.CurrentEpoch} is beyond the accepted epoch {state.HardState.AcceptedEpoch}");
        Invariant.Require(state.HardState.AcceptedEpoch >= before.AcceptedEpoch && state.HardState.CurrentEpoch >= before.CurrentEpoch, $"epochs would go back from {before.AcceptedEpoch} and {before.CurrentEpoch} to {state.HardState.AcceptedEpoch} and {state.HardState.CurrentEpoch}");
        Invariant.Require(state.HardState.Incarnation == before.Incarnation && state.HardState.ServerId == before.ServerId, $"the directory would change its owner from {before.ServerId} to {state.HardState.ServerId}");
        state = state with { HardState = state.HardState with { Generation = generation } };
        copies.Write(generation, state.Encode());
        Current = state;
    }

    public void Dispose() => copies.Dispose();
}
