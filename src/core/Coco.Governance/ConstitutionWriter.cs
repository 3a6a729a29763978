using System.Collections.Immutable;
using System.Text.Json;

namespace Coco.Governance;

/// <summary>From a constitution to JSON with fields in the order of docs/formats/constitution.md.</summary>
internal static class ConstitutionWriter
{
    public const string Format = "coco-constitution-1";

    public static byte[] Write(Constitution constitution, bool isIndented) =>
        JsonText.Write(writer => Write(writer, constitution), isIndented);

    private static void Write(Utf8JsonWriter writer, Constitution constitution)
    {
        writer.WriteStartObject();
        writer.WriteString("format", Format);
        writer.WriteString("network", constitution.Network);
        WriteArray(writer, "members", constitution.Members, WriteMember);
        WriteArray(writer, "participants", constitution.Participants,
            static (writer, participant) => WriteMember(writer, new Member(participant.Name, participant.Certificate)));
        WriteArray(writer, "nodes", constitution.Nodes, WriteNode);
        writer.WritePropertyName("codeManifest");
        CodeManifestJson.Write(writer, constitution.CodeManifest);
        writer.WritePropertyName("teeManifest");
        TeeManifestJson.Write(writer, constitution.TeeManifest);
        writer.WritePropertyName("votingPolicy");
        VotingPolicyJson.Write(writer, constitution.VotingPolicy);
        writer.WritePropertyName("batchLimits");
        WriteBatchLimits(writer, constitution.BatchLimits);
        WriteSettings(writer, constitution);
        writer.WriteEndObject();
    }

    public static void WriteMember(Utf8JsonWriter writer, Member member)
    {
        writer.WriteStartObject();
        writer.WriteString("name", member.Name);
        writer.WriteString("certificate", member.Certificate.Pem);
        writer.WriteEndObject();
    }

    public static void WriteNode(Utf8JsonWriter writer, ListedNode node)
    {
        writer.WriteStartObject();
        writer.WriteString("name", node.Name);
        writer.WriteString("owner", node.Owner);
        writer.WriteString("address", node.Address);
        if (node.ClientAddress is { } address) writer.WriteString("clientAddress", address);
        if (node.OperatorKey is { } key) writer.WriteString("operatorKey", key);
        if (node.OwnerSignature is { } signature) writer.WriteString("ownerSignature", signature);
        writer.WriteEndObject();
    }

    public static void WriteBatchLimits(Utf8JsonWriter writer, BatchLimits limits)
    {
        writer.WriteStartObject();
        writer.WriteNumber("maxTransactions", limits.MaxTransactions);
        writer.WriteNumber("maxBytes", limits.MaxBytes);
        writer.WriteEndObject();
    }

    public static void WriteLeases(Utf8JsonWriter writer, LeaseSettings leases)
    {
        writer.WriteStartObject();
        writer.WriteNumber("renewMs", leases.RenewMs);
        writer.WriteNumber("durationMs", leases.DurationMs);
        writer.WriteEndObject();
    }

    private static void WriteSettings(Utf8JsonWriter writer, Constitution constitution)
    {
        writer.WriteStartObject("consensus");
        writer.WriteString("plugin", constitution.Consensus.Plugin);
        writer.WriteNumber("electionTimeoutMs", constitution.Consensus.ElectionTimeoutMs);
        writer.WriteNumber("heartbeatMs", constitution.Consensus.HeartbeatMs);
        writer.WriteEndObject();
        writer.WriteStartObject("sealing");
        writer.WriteBoolean("allowed", constitution.IsSealingAllowed);
        writer.WriteEndObject();
        writer.WriteStartObject("rejoin");
        writer.WriteBoolean("automatic", constitution.IsRejoinAutomatic);
        writer.WriteEndObject();
        writer.WriteStartObject("submission");
        writer.WriteNumber("holdMs", constitution.Submission.HoldMs);
        writer.WriteEndObject();
        writer.WriteStartObject("snapshots");
        writer.WriteNumber("entries", constitution.Snapshots.Entries);
        writer.WriteNumber("bytes", constitution.Snapshots.Bytes);
        writer.WriteEndObject();
        if (constitution.Leases is { } leases)
        {
            writer.WritePropertyName("leases");
            WriteLeases(writer, leases);
        }
        writer.WriteStartObject("ledger");
        writer.WriteString("name", constitution.Ledger.Name);
        writer.WritePropertyName("settings");
        writer.WriteRawValue(constitution.Ledger.Settings.Span);
        writer.WriteEndObject();
    }

    private static void WriteArray<T>(Utf8JsonWriter writer, string name, ImmutableArray<T> items, Action<Utf8JsonWriter, T> write)
    {
        writer.WriteStartArray(name);
        foreach (T item in items) write(writer, item);
        writer.WriteEndArray();
    }
}
