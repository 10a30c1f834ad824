namespace Zab.Simulator.Explore;

/// <summary>Names of channels. In the field they are random; here each is made of its learner and the least number that none of its other channels has, so that equal worlds have equal names.</summary>
internal static class ChannelName
{
    /// <summary>Channels of one learner that may be known anywhere at the same time.</summary>
    internal const int PerLearner = 8;

    internal static uint Of(int learner, int number) => (uint)((learner * PerLearner) + number + 1);

    /// <summary>The place of its learner among the servers.</summary>
    internal static int Learner(uint name) => (int)(name - 1) / PerLearner;

    /// <summary>A bit of its own for each name; none for the id of a channel that was not named yet.</summary>
    internal static uint Bit(ulong name) => name is >= 1 and <= 32 ? 1U << (int)(name - 1) : 0;

    /// <summary>The least number that the learner has no channel under; null where too many are left over.</summary>
    internal static int? FreeNumber(int learner, uint used)
    {
        for (int number = 0; number < PerLearner; number++)
            if ((used & Bit(Of(learner, number))) == 0) return number;
        return null;
    }
}
