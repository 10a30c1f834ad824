using System.Reflection;
using Zab.Core;

namespace Zab.Simulator.Explore;

/// <summary>The canonical form of a peer: what in it means nothing by itself is written in one way only, so that peers with equal futures freeze to equal bytes.</summary>
/// <remarks>
/// A peer is always run from its frozen form, so what is left out here is left out of the run as well: the search never follows a state that differs from the one
/// it has counted. What is renamed, and why nothing is lost:
/// <code>
/// what                      written as                         why
/// ids of writes             counted from the last durable one  only compared with each other, and handed out in order; the driver renames its own likewise
/// ids of channels           (learner, least free number)       random in the field, only compared for being equal; they also order walks over channels, and
///                                                              the order of sends on different channels shows nowhere
/// the random generator      nothing                            makes channel ids and the jitter of a timer, both renamed
/// times since an event      now                                timers run at ticks alone, and every tick that lets time pass comes at the very end of a limit: a
/// deadlines                 the whole wait from now on         peer with younger timers behaves as one that has waited longer. Clocks of different servers are
///                                                              independent, so any server may wait as long as it likes while others do not
/// waits that go on across   how long ago, or what is left, in  for how long a server has looked, its disk owes a write, or a leader is not joined again: more than one
/// roles                     units of the shortest wait         limit passes in them. An age counts up to where more makes no difference
/// texts                     nothing                            for people; no decision depends on one
/// outputs of the last step  nothing                            carried out before the peer is frozen
/// </code>
/// Server ids are not renamed: they break ties between candidates, so no permutation of servers is a symmetry.
/// </remarks>
internal sealed class CoreRules : ICodecRules
{
    /// <summary>Fields that hold an instant: since when something is so (0), or when something is due (the whole wait).</summary>
    internal static readonly IReadOnlyDictionary<string, long> Instants = new Dictionary<string, long>(StringComparer.Ordinal)
    {
        ["IncomingChannel.Since"] = 0,
        ["LearnerRole._lastHeard"] = 0,
        ["LearnerRole._lastProgress"] = 0,
        ["LeaderRole._since"] = 0,
        ["LeaderRole._lastProgress"] = 0,
        ["LearnerLink.LastHeard"] = 0,
        ["LearnerLink.LastProgress"] = 0,
        ["ElectionRole._finalizeAt"] = Clock.Options.FinalizeWait.Ticks,
        ["ElectionRole._resendAt"] = Clock.Resend,
        ["ElectionRole._resendAfter"] = Clock.Options.VoteResendMax.Ticks,      // All that is made of it is the deadline.
        ["FoundingRole._sendAt"] = Clock.Resend,
    };

    /// <summary>Fields that hold an instant too, where it matters how far away it is.</summary>
    internal static readonly IReadOnlyDictionary<string, Codec> Distances = new Dictionary<string, Codec>(StringComparer.Ordinal)
    {
        ["Pending.IssuedAt"] = new AgeCodec(Clock.Options.SyncLimit.Ticks + 1),         // A disk may take as long as the limit, and not longer.
        ["FailedJoins._since"] = new NullableCodec<long>(new AgeCodec(FailedJoins.LookedLong(Clock.Options).Ticks)),
        ["Failures.JoinedNotBefore"] = new RemainingCodec(),
        ["Failures.ElectedNotBefore"] = new RemainingCodec(),
    };

    /// <summary>Fields of the same types that count something else.</summary>
    internal static readonly IReadOnlySet<string> NoInstants = new HashSet<string>(StringComparer.Ordinal)
    {
        "PeerState.LastUtcTicks", "RecentEntries._bytes", "LeaderRole._outstandingBytes", "LearnerRole._received",
        "SnapshotTransfer.Asked", "SnapshotTransfer.Sent", "SnapshotTransfer.Stored",
    };

    private static readonly Type[] Immutable =
    [
        typeof(Message), typeof(Input), typeof(Output), typeof(Entry), typeof(Ensemble), typeof(HardState), typeof(StartList), typeof(PeerOptions), typeof(SnapshotInfo), typeof(RequestValidator),
    ];

    /// <summary>A field as its author named it.</summary>
    internal static string NameOf(FieldInfo field)
    {
        string name = field.Name[0] == '<' ? field.Name[1..field.Name.IndexOf('>')] : field.Name;
        return $"{field.DeclaringType!.Name}.{name}";
    }

    public Codec? ForField(FieldInfo field) => NameOf(field) switch
    {
        string name when Distances.TryGetValue(name, out Codec? codec) => codec,
        string name when Instants.TryGetValue(name, out long value) => field.FieldType == typeof(long?) ? new WhetherCodec<long>(value) : new AlwaysCodec<long>(() => value),
        _ => null,
    };

    public Codec? ForType(Type type) =>
        type == typeof(string) ? new TextCodec()
        : type == typeof(WriteId) ? new WriteIdCodec()
        : type == typeof(ChannelId) ? new ChannelIdCodec()
        : type == typeof(Instant) ? new AlwaysCodec<Instant>(static () => Clock.At(0))
        : type == typeof(DeterministicRandom) ? new AlwaysCodec<DeterministicRandom>(static () => new DeterministicRandom(0))
        : type == typeof(Outputs) ? new NothingCodec<Outputs>()
        : Immutable.Any(type.IsAssignableTo) ? Codec.Of(typeof(SharedCodec<>), type)
        : null;

    private sealed class WriteIdCodec : Codec<WriteId>
    {
        internal override void Write(Freezer to, WriteId value) => to.Number(to.Names.Write(value.Value));

        internal override WriteId Read(Thawer from) => new(from.Number());
    }

    private sealed class ChannelIdCodec : Codec<ChannelId>
    {
        internal override void Write(Freezer to, ChannelId value) => to.Number(to.Names.Channel(value.Value));

        internal override ChannelId Read(Thawer from) => new(from.Number());
    }

    /// <summary>How long ago something was; at least <paramref name="most"/> ticks is all the same.</summary>
    private sealed class AgeCodec(long most) : Codec<long>
    {
        private readonly long _most = Clock.UnitsUp(most);

        internal override void Write(Freezer to, long value) => to.Number((ulong)Math.Min(Clock.UnitsDown(to.Names.Now - value), _most));

        internal override long Read(Thawer from) => -(long)from.Number() * Clock.Unit;
    }

    /// <summary>What is left of a wait.</summary>
    private sealed class RemainingCodec : Codec<long>
    {
        internal override void Write(Freezer to, long value) => to.Number((ulong)Clock.UnitsUp(Math.Max(0, value - to.Names.Now)));

        internal override long Read(Thawer from) => (long)from.Number() * Clock.Unit;
    }
}

/// <summary>The clocks of the model. A step happens at zero, or at the end of a limit that was waited for; entries all carry the same time.</summary>
internal static class Clock
{
    internal static PeerOptions Options { get; } = new();

    /// <summary>Ages and rests of waits are kept in whole ones of it: every wait of the model is made of them.</summary>
    internal static long Unit => Options.FinalizeWait.Ticks;

    internal static long Finalize => Options.FinalizeWait.Ticks;

    internal static long Silence => Options.SyncLimit.Ticks;

    /// <summary>The longest wait, chance included: so that it is over whatever a server drew.</summary>
    internal static long Resend => Options.VoteResendMax.Ticks + (Options.VoteResendMax.Ticks / 4);

    internal static Instant At(long ticks) => new(ticks, 1);

    internal static long UnitsDown(long ticks) => ticks / Unit;

    internal static long UnitsUp(long ticks) => (ticks + Unit - 1) / Unit;
}
