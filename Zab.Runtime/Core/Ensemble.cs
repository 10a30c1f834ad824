using System.Buffers;
using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Zab.Serialization;

namespace Zab.Core;

/// <summary>One server in a configuration.</summary>
/// <param name="Id">Which.</param>
/// <param name="IsVoter">Whether it votes; else it observes.</param>
/// <param name="Incarnation">Its directory; zero where it is not known yet: the first leader that meets the server names it.</param>
/// <param name="IsReplacement">Whether that directory took the place of another one, which may never have been named.</param>
internal sealed record Member(ServerId Id, bool IsVoter, Incarnation Incarnation, bool IsReplacement = false);

/// <summary>Who belongs to the ensemble, from the entry <see cref="Version"/> on. Immutable; members ascending by id.</summary>
/// <remarks>Quorum: more than half of the voters, so any two intersect.</remarks>
internal sealed class Ensemble
{
    internal Ensemble(Zxid version, IEnumerable<Member> members)
    {
        Version = version;
        Members = [.. members.OrderBy(static member => member.Id)];
        Invariant.Require(Members.Select(static member => member.Id).Distinct().Count() == Members.Length, $"a server id stands twice in the ensemble");
        Voters = [.. Members.Where(static member => member.IsVoter)];
        QuorumSize = (Voters.Length / 2) + 1;
    }

    /// <summary>The zxid of the entry that made this configuration; <see cref="Zxid.None"/> for the founding one.</summary>
    internal Zxid Version { get; }

    internal ImmutableArray<Member> Members { get; }

    internal ImmutableArray<Member> Voters { get; }

    internal int QuorumSize { get; }

    internal Member? Find(ServerId id)
    {
        foreach (Member member in Members)
            if (member.Id == id) return member;
        return null;
    }

    internal bool IsVoter(ServerId id) => Find(id) is { IsVoter: true };

    /// <summary>The same ensemble with the incarnation of one server named.</summary>
    internal Ensemble Admit(ServerId id, Incarnation incarnation, bool isReplacement = false) =>
        new(Version, Members.Select(member => member.Id == id ? member with { Incarnation = incarnation, IsReplacement = isReplacement } : member));

    /// <summary>Whether no directory here has taken the place of another one since <paramref name="before"/>.</summary>
    internal bool KeepsDirectoriesOf(Ensemble before) => Members.All(member => !member.IsReplacement || before.Find(member.Id) is not { } old || old.Incarnation == member.Incarnation);

    internal Ensemble At(Zxid version) => new(version, Members);

    /// <summary>The cluster that a unanimous founding makes: the hash of the founding record, so that every proposer finds the same.</summary>
    internal ClusterId FoundingClusterId() => NonZero(XxHash64.Hash(Encode()));

    /// <summary>The cluster that an operator's token names: the hash of the name and of the voters' ids. Observers may differ from list to list.</summary>
    internal static ClusterId TokenClusterId(string name, IEnumerable<Member> members) =>
        NonZero(XxHash64.Hash(VotersOf(members).Encode(), seed: XxHash64.Hash(Encoding.UTF8.GetBytes(name))));

    /// <summary>The voters among these members, no incarnation known: what start lists must have in common.</summary>
    internal static Ensemble VotersOf(IEnumerable<Member> members) =>
        new(Zxid.None, members.Where(static member => member.IsVoter).Select(static member => member with { Incarnation = default, IsReplacement = false }));

    private static ClusterId NonZero(ulong hash) => new(hash == 0 ? 1 : hash);

    /// <summary>version u64, count u32, then per member: id u32, role u8 (0 observer, 1 voter, 2 voter with a directory in the place of another one), incarnation u64.</summary>
    internal byte[] Encode()
    {
        var output = new ArrayBufferWriter<byte>(12 + (Members.Length * 13));
        var writer = new ZabWriter(output);
        writer.WriteUInt64(Version.Value);
        writer.WriteInt32(Members.Length);
        foreach (Member member in Members)
        {
            writer.WriteUInt32(member.Id.Value);
            writer.WriteByte(member.IsReplacement ? (byte)2 : member.IsVoter ? (byte)1 : (byte)0);
            writer.WriteUInt64(member.Incarnation.Value);
        }

        writer.Flush();
        return output.WrittenSpan.ToArray();
    }

    /// <summary>For what came from another server.</summary>
    internal static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out Ensemble? ensemble)
    {
        try
        {
            ensemble = Decode(bytes);
            return true;
        }
        catch (ZabFormatException)
        {
            ensemble = null;
            return false;
        }
    }

    /// <exception cref="ZabFormatException">The bytes are no configuration.</exception>
    internal static Ensemble Decode(ReadOnlySpan<byte> bytes)
    {
        var reader = new ZabReader(bytes);
        Zxid version = Zxid.FromValue(reader.ReadUInt64());
        int count = reader.ReadInt32();
        if (count < 1 || count > Limits.MembersMax) throw new ZabFormatException($"an ensemble of {count} members; 1 to {Limits.MembersMax} are possible", 8);
        if (count > reader.Remaining / 13) throw new ZabFormatException($"an ensemble of {count} members does not fit in what remains", 8);
        var members = new List<Member>(count);
        for (int i = 0; i < count; i++)
        {
            var id = new ServerId(reader.ReadUInt32());
            byte role = reader.ReadByte();
            if (role > 2 || (i > 0 && id.CompareTo(members[^1].Id) <= 0)) throw new ZabFormatException($"member {id} has role {role}, or stands out of order", reader.Offset);
            members.Add(new Member(id, role != 0, new Incarnation(reader.ReadUInt64()), role == 2));
        }

        reader.End();
        return new Ensemble(version, members);
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (Member member in Members) text.Append(text.Length > 0 ? ", " : "").Append(member.Id).Append(member.IsVoter ? "" : " (observer)");
        return text.ToString();
    }
}
