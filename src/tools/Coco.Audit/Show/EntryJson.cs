using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Coco.Crypto;
using Coco.Governance;
using Coco.Log;
using Coco.Primitives;

namespace Coco.Audit;

/// <summary>One entry's public part in one line of JSON.</summary>
internal static class EntryJson
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static string Write(in EntryFrame entry)
    {
        var buffer = new ArrayBufferWriter<byte>(1_024);
        using (var json = new Utf8JsonWriter(buffer, Options))
        {
            json.WriteStartObject();
            WriteHeader(json, in entry);
            WritePublicPart(json, in entry);
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static void WriteHeader(Utf8JsonWriter json, in EntryFrame entry)
    {
        EntryHeader header = entry.Header;
        json.WriteNumber("index", header.Index.Value);
        json.WriteNumber("term", header.Term.Value);
        json.WriteString("kind", NameOf(header.Kind));
        json.WriteNumber("governanceVersion", header.GovernanceVersion.Value);
        json.WriteString("previous", header.Previous.ToString());
        json.WriteString("leaf", entry.LeafDigest().ToString());
        json.WriteString("root", entry.Root.ToString());
        json.WriteNumber("signer", entry.Signer.Value);
        json.WriteNumber("privateBytes", entry.PlaintextLength);
    }

    private static void WritePublicPart(Utf8JsonWriter json, in EntryFrame entry)
    {
        switch (entry.Header.Kind)
        {
            case EntryKind.Batch when BatchPublicPart.TryRead(entry.PublicPart.Span, out BatchPublicPart batch):
                json.WriteNumber("batch", batch.Number.Value);
                json.WriteNumber("transactions", batch.Transactions);
                json.WriteString("claims", batch.Claims.ToString());
                break;
            case EntryKind.Signatures when QuorumCertificate.TryRead(entry.PublicPart, out QuorumCertificate? certificate):
                WriteCertificate(json, certificate!);
                break;
            case EntryKind.Genesis or EntryKind.Governance or EntryKind.Configuration
                when GovernanceEntryCodec.TryDecode(entry.PublicPart.Span, out GovernanceEntry? governance):
                WriteGovernance(json, governance);
                break;
            default:
                json.WriteString("public", Hex(entry.PublicPart));
                break;
        }
    }

    private static void WriteCertificate(Utf8JsonWriter json, QuorumCertificate certificate)
    {
        json.WriteStartObject("certificate");
        json.WriteNumber("term", certificate.Term.Value);
        json.WriteNumber("index", certificate.Index.Value);
        json.WriteString("root", certificate.Root.ToString());
        json.WriteStartArray("signatures");
        foreach (CoSignature signature in certificate.Signatures)
        {
            json.WriteStartObject();
            json.WriteNumber("node", signature.Node.Value);
            json.WriteString("signature", Hex(signature.Signature));
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteGovernance(Utf8JsonWriter json, GovernanceEntry entry)
    {
        json.WriteNumber("unixMs", entry.UnixMs);
        if (entry.Membership is { } membership) WriteMembership(json, membership);
        switch (entry)
        {
            case GovernanceEntry.Genesis genesis:
                json.WriteString("node", genesis.Node);
                json.WriteString("publicKey", Hex(genesis.PublicKey));
                json.WriteString("evidenceSha256", Sha256.Hash(genesis.Evidence.Span).ToString());
                json.WriteString("operatorSignature", Hex(genesis.OperatorSignature));
                json.WriteString("constitutionDigest", Sha256.Hash(genesis.Constitution.Span).ToString());
                WriteRaw(json, "constitution", genesis.Constitution);
                break;
            case GovernanceEntry.Request request:
                json.WriteString("requestId", request.Signed.ComputeId().ToString());
                json.WriteString("fingerprint", request.Signed.Fingerprint.ToString());
                json.WriteString("signature", Hex(request.Signed.Signature));
                WriteRaw(json, "request", request.Signed.Request);
                break;
            case GovernanceEntry.NodeAdmitted admitted:
                json.WriteString("node", admitted.Node);
                json.WriteNumber("nodeId", admitted.Id.Value);
                json.WriteString("publicKey", Hex(admitted.PublicKey));
                json.WriteString("evidenceSha256", Sha256.Hash(admitted.Evidence.Span).ToString());
                json.WriteString("operatorSignature", Hex(admitted.OperatorSignature));
                if (admitted.Replaces is { } before) json.WriteNumber("replaces", before.Value);
                break;
            case GovernanceEntry.NodeRetired retired:
                json.WriteNumber("retired", retired.Id.Value);
                break;
            case GovernanceEntry.LeasesRenewed renewed:
                json.WriteStartArray("renewed");
                foreach (Renewal renewal in renewed.Renewals) WriteRenewal(json, renewal);
                json.WriteEndArray();
                break;
            case GovernanceEntry.LeasesEnded ended:
                WriteNodes(json, "quarantined", ended.Ids);
                break;
        }
    }

    private static void WriteRenewal(Utf8JsonWriter json, Renewal renewal)
    {
        json.WriteStartObject();
        json.WriteNumber("nodeId", renewal.Id.Value);
        json.WriteString("nonce", renewal.Nonce.ToString());
        json.WriteString("evidenceSha256", Sha256.Hash(renewal.Evidence.Span).ToString());
        json.WriteEndObject();
    }

    private static void WriteMembership(Utf8JsonWriter json, Membership membership)
    {
        json.WriteStartObject("membership");
        WriteNodes(json, "voters", membership.Voters);
        WriteNodes(json, "outgoingVoters", membership.OutgoingVoters);
        WriteNodes(json, "learners", membership.Learners);
        json.WriteEndObject();
    }

    private static void WriteNodes(Utf8JsonWriter json, string name, IEnumerable<NodeId> nodes)
    {
        json.WriteStartArray(name);
        foreach (NodeId node in nodes) json.WriteNumberValue(node.Value);
        json.WriteEndArray();
    }

    /// <summary>Both were read by governance, so they are JSON.</summary>
    private static void WriteRaw(Utf8JsonWriter json, string name, ReadOnlyMemory<byte> document)
    {
        json.WritePropertyName(name);
        json.WriteRawValue(document.Span);
    }

    private static string Hex(ReadOnlyMemory<byte> bytes) => "0x" + Convert.ToHexStringLower(bytes.Span);

    private static string NameOf(EntryKind kind)
    {
        string name = kind.ToString();
        return char.ToLowerInvariant(name[0]) + name[1..];
    }
}
