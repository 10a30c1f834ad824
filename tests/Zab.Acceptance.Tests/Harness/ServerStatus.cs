using System.Text.Json;

namespace Zab.Acceptance;

/// <summary>What <c>GET /status</c> answers.</summary>
internal sealed record ServerStatus(
    uint ServerId,
    string Role,
    string? Reason,
    uint? Leader,
    uint Epoch,
    uint AcceptedEpoch,
    uint CurrentEpoch,
    Zxid LastLogged,
    Zxid LastDurable,
    Zxid LastCommitted,
    Zxid LastApplied,
    string? Digest)
{
    internal bool IsLeader => Role == "leader";

    internal bool HasLeader => Leader is not null && Role is "leader" or "follower" or "observer";

    internal static ServerStatus Parse(string json)
    {
        using JsonDocument document = JsonDocument.Parse(json);
        JsonElement root = document.RootElement;
        return new ServerStatus(
            root.GetProperty("serverId").GetUInt32(),
            root.GetProperty("role").GetString()!,
            root.GetProperty("reason").GetString(),
            root.GetProperty("leader") is { ValueKind: JsonValueKind.Number } leader ? leader.GetUInt32() : null,
            root.GetProperty("epoch").GetUInt32(),
            root.GetProperty("acceptedEpoch").GetUInt32(),
            root.GetProperty("currentEpoch").GetUInt32(),
            Zxid.Parse(root.GetProperty("lastLogged").GetString()!),
            Zxid.Parse(root.GetProperty("lastDurable").GetString()!),
            Zxid.Parse(root.GetProperty("lastCommitted").GetString()!),
            Zxid.Parse(root.GetProperty("lastApplied").GetString()!),
            root.GetProperty("digest").GetString());
    }
}
