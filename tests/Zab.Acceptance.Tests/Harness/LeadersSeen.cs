namespace Zab.Acceptance;

/// <summary>Who was seen to lead which epoch. An epoch has one leader, whatever happens to the network.</summary>
internal sealed class LeadersSeen
{
    private readonly SortedDictionary<uint, uint> _leaders = [];

    /// <summary>The epochs, each with its leader, from the first that was seen.</summary>
    internal IReadOnlyDictionary<uint, uint> Epochs => _leaders;

    /// <exception cref="AcceptanceException">Two servers have led one epoch.</exception>
    internal void Note(IEnumerable<ServerStatus?> statuses)
    {
        foreach (ServerStatus leader in statuses.OfType<ServerStatus>().Where(static s => s.IsLeader))
        {
            if (_leaders.TryAdd(leader.Epoch, leader.ServerId) || _leaders[leader.Epoch] == leader.ServerId) continue;
            throw new AcceptanceException($"Servers {_leaders[leader.Epoch]} and {leader.ServerId} both lead epoch {leader.Epoch}.");
        }
    }
}
