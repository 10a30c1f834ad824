using Zab.Core;
using Zab.Wire;

namespace Zab.Testing;

/// <summary>A fault that waits for the moment at which a message of one type is sent, or arrives, for the n-th time from now: so every phase of the protocol is struck as often as any other, however short it is.</summary>
internal sealed class Ambush
{
    private static readonly FrameType[] Types = [.. Enum.GetValues<FrameType>().Where(static type => type >= FrameType.Vote)];

    private readonly FrameType _type;
    private readonly bool _isArrival;
    private int _countdown;

    private Ambush(FrameType type, bool isArrival, int countdown) => (_type, _isArrival, _countdown) = (type, isArrival, countdown);

    internal static Ambush Of(DeterministicRandom random) => new(Types[random.Next(Types.Length)], random.Next(2) == 0, 1 + random.Next(1 << random.Next(5)));

    internal bool IsSprungBy(FrameType type, bool isArrival) => type == _type && isArrival == _isArrival && --_countdown == 0;
}
