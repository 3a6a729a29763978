using System.Text.Encodings.Web;
using System.Text.Json;
using Coco.Governance;

namespace Coco.Manager.Admin;

/// <summary>Governance as committed on this VN, for members and operators (<c>GET /governance.json</c>).</summary>
internal static class GovernanceDocument
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Write(GovernanceState state)
    {
        using var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json, Options))
        {
            writer.WriteStartObject();
            writer.WriteString("networkId", state.Network.ToString());
            writer.WriteString("network", state.Constitution.Network);
            writer.WriteString("constitutionDigest", state.Constitution.ComputeDigest().ToString());
            writer.WriteNumber("version", state.Version.Value);
            WriteMembers(writer, state);
            WriteNodes(writer, state);
            WriteProposals(writer, state);
            writer.WriteEndObject();
        }
        return json.ToArray();
    }

    private static void WriteMembers(Utf8JsonWriter writer, GovernanceState state)
    {
        writer.WriteStartArray("members");
        foreach (Member member in state.Constitution.Members)
        {
            writer.WriteStartObject();
            writer.WriteString("name", member.Name);
            writer.WriteString("fingerprint", member.Certificate.Fingerprint.ToString());
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }

    /// <summary>First the VN list, then incarnations whose VN has left it and that still take part.</summary>
    private static void WriteNodes(Utf8JsonWriter writer, GovernanceState state)
    {
        writer.WriteStartArray("nodes");
        foreach (ListedNode node in state.Constitution.Nodes) WriteNode(writer, state, node.Name, node, state.CurrentOf(node.Name));
        foreach (NodeRecord leaving in state.DueForRetirement) WriteNode(writer, state, leaving.Name, null, leaving);
        writer.WriteEndArray();
    }

    private static void WriteNode(Utf8JsonWriter writer, GovernanceState state, string name, ListedNode? listed, NodeRecord? record)
    {
        writer.WriteStartObject();
        writer.WriteString("name", name);
        writer.WriteString("owner", listed?.Owner);
        writer.WriteString("address", listed?.Address);
        writer.WriteString("clientAddress", listed?.ClientAddress);
        string status = record is null ? "absent" : state.StatusOf(record.Id).ToString().ToLowerInvariant();
        writer.WriteString("status", status);
        writer.WriteBoolean("isListed", listed is not null);
        if (record is not null)
        {
            writer.WriteNumber("nodeId", record.Id.Value);
            writer.WriteNumber("incarnation", record.Incarnation);
        }
        writer.WriteEndObject();
    }

    private static void WriteProposals(Utf8JsonWriter writer, GovernanceState state)
    {
        writer.WriteStartArray("openProposals");
        foreach (OpenProposal open in state.OpenProposals)
        {
            writer.WriteStartObject();
            writer.WriteString("id", open.Id.ToString());
            writer.WriteString("proposer", open.Request.Member);
            writer.WritePropertyName("request");
            writer.WriteRawValue(open.Request.ToCanonicalBytes());
            writer.WriteStartArray("ballots");
            foreach (CastBallot ballot in open.Ballots)
            {
                writer.WriteStartObject();
                writer.WriteString("member", ballot.Member);
                writer.WriteString("vote", ballot.IsAccepting ? "accept" : "reject");
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteStartArray("closedProposals");
        foreach (ClosedProposal closed in state.ClosedProposals)
        {
            writer.WriteStartObject();
            writer.WriteString("id", closed.Id.ToString());
            writer.WriteString("proposer", closed.Proposer);
            writer.WriteString("state", closed.State.ToString().ToLowerInvariant());
            writer.WriteString("reason", closed.Reason);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
    }
}
