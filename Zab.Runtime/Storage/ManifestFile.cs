using Zab.Core;

namespace Zab.Storage;

/// <summary>The manifest on disk. Every change of what the history consists of goes through here, one at a time.</summary>
internal sealed class ManifestFile(TwoCopies copies, Manifest current, ulong nextNumber) : IDisposable
{
    private readonly Lock _gate = new();
    private ulong _nextNumber = nextNumber;

    internal Manifest Current { get; private set; } = current;

    internal ulong Generation => copies.Generation;

    /// <summary>A number for a new file.</summary>
    internal ulong TakeNumber()
    {
        lock (_gate) return _nextNumber++;
    }

    /// <summary>Replaces the manifest by what <paramref name="change"/> makes of the one in force, durably; nothing is changed where it makes null.</summary>
    internal bool TrySwitch(ulong hardStateGeneration, Func<Manifest, Manifest?> change)
    {
        lock (_gate)
        {
            if (change(Current) is not { } changed) return false;
            changed = changed with { NextNumber = _nextNumber, HardStateGeneration = hardStateGeneration };
            copies.Write(copies.Generation + 1, changed.Encode());
            Current = changed;
            return true;
        }
    }

    internal void Switch(ulong hardStateGeneration, Func<Manifest, Manifest> change) => TrySwitch(hardStateGeneration, change);

    public void Dispose() => copies.Dispose();
}
