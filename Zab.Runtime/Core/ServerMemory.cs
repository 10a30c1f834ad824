namespace Zab.Core;

/// <summary>What others were seen to hold, so that a directory restored from an old copy is noticed. Volatile, so only a help: a server that was not seen before is believed.</summary>
internal sealed class ServerMemory
{
    private readonly SortedDictionary<ServerId, Seen> _seen = [];

    /// <summary>Notes what a server says of its directory; false where it has said more before, in the same incarnation.</summary>
    internal bool Note(ServerId server, Incarnation incarnation, ulong generation, Zxid lastDurable)
    {
        var now = new Seen(incarnation, generation, lastDurable);
        if (_seen.TryGetValue(server, out Seen before) && before.Incarnation == incarnation && now.IsBehind(before)) return false;
        _seen[server] = now;
        return true;
    }

    /// <summary>A configuration took the servers as they are now.</summary>
    internal void Forget() => _seen.Clear();

    private readonly record struct Seen(Incarnation Incarnation, ulong Generation, Zxid LastDurable)
    {
        internal bool IsBehind(in Seen other) => Generation != other.Generation ? Generation < other.Generation : LastDurable < other.LastDurable;
    }
}
