using Zab.Core;

namespace Zab.Simulator.Explore;

/// <summary>The ensemble that is searched: voters 1 to n, then observers. Servers go by their place, from 0.</summary>
internal sealed class Setting
{
    private readonly StartList[] _startLists;

    internal Setting(int voters, int observers)
    {
        Voters = voters;
        Count = voters + observers;
        if (voters < 1 || Count > CountMax) throw new ArgumentException($"{voters} voters and {observers} observers: 1 to {CountMax} servers can be searched");
        Members = new Ensemble(Zxid.None, Enumerable.Range(1, Count).Select(id => new Member(new ServerId((uint)id), id <= voters, default)));
        Founding = new Ensemble(Zxid.None, Members.Voters.Select(static voter => voter with { Incarnation = IncarnationOf((int)voter.Id.Value - 1) }));
        _startLists = [.. Enumerable.Range(0, Count).Select(place => new StartList(IdOf(place), Members))];
    }

    internal const int CountMax = 4;

    internal int Count { get; }

    internal int Voters { get; }

    internal int QuorumSize => (Voters / 2) + 1;

    internal Ensemble Members { get; }

    /// <summary>The record that the voters founded their ensemble with.</summary>
    internal Ensemble Founding { get; }

    internal RequestValidator Validator { get; } = static _ => null;

    internal static ServerId IdOf(int place) => new((uint)place + 1);

    internal static int PlaceOf(ServerId id) => (int)id.Value - 1;

    internal StartList StartListOf(ServerId id) => _startLists[PlaceOf(id)];

    /// <summary>A directory of a founded ensemble, without an entry; or a fresh one.</summary>
    internal Disk NewDisk(int place, bool isFounded)
    {
        var fresh = new HardState { ServerId = IdOf(place), Incarnation = IncarnationOf(place), Generation = 1 };
        return new Disk(isFounded ? fresh with { ClusterId = Founding.FoundingClusterId(), Founding = Founding, Founded = place < Voters } : fresh);
    }

    private static Incarnation IncarnationOf(int place) => new((ulong)place + 101);
}
