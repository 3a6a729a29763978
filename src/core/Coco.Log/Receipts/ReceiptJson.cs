using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Log;

/// <summary>
/// The JSON of a receipt (docs/formats/receipt.md). Strict: each property there once and no other, bytes in lower-case hex behind
/// 0x, so that a receipt can be written in one way only.
/// </summary>
public static class ReceiptJson
{
    private const int Version = 1;
    private const int MaxDepth = 4;

    public static void Write(Receipt receipt, Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteNumber("version", Version);
        WriteHash(writer, "network", receipt.Network);
        writer.WriteStartObject("entry");
        WriteBytes(writer, "header", receipt.Header.Span);
        WriteBytes(writer, "publicPart", receipt.PublicPart.Span);
        WriteHash(writer, "privateDigest", receipt.PrivateDigest);
        writer.WriteEndObject();
        if (receipt.Transaction is { } transaction) WriteTransaction(writer, transaction);
        WritePath(writer, receipt.Path);
        WriteCertificate(writer, receipt.Certificate);
        writer.WriteEndObject();
    }

    /// <summary>Reads what anyone may have written; says nothing about whether it holds.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> utf8, [NotNullWhen(true)] out Receipt? receipt)
    {
        receipt = null;
        if (utf8.Length > Limits.MaxReceipt) return false;
        try
        {
            using JsonDocument document = JsonDocument.Parse(utf8, new JsonDocumentOptions { MaxDepth = MaxDepth, AllowDuplicateProperties = false });
            return TryRead(document.RootElement, out receipt);
        }
        catch (JsonException)
        {
            return false;
        }
        catch (InvalidOperationException)
        {
            // A string in it is not UTF-8.
            return false;
        }
    }

    private static bool TryRead(JsonElement json, [NotNullWhen(true)] out Receipt? receipt)
    {
        receipt = null;
        bool hasTransaction = json.ValueKind == JsonValueKind.Object && json.TryGetProperty("transaction", out _);
        ReceiptTransaction? transaction = null;
        if (!Is(json, hasTransaction ? 6 : 5) || !TryNumber(json, "version", out ulong version) || version != Version
            || !TryHash(json, "network", out Hash256 network)
            || !TryObject(json, "entry", 3, out JsonElement entry)
            || !TryBytes(entry, "header", out byte[] header) || !TryBytes(entry, "publicPart", out byte[] publicPart)
            || !TryHash(entry, "privateDigest", out Hash256 privateDigest)
            || (hasTransaction && !TryTransaction(json, out transaction))
            || !TryPath(json, out ImmutableArray<Hash256> path)
            || !TryCertificate(json, out QuorumCertificate? certificate)) return false;
        receipt = new Receipt
        {
            Network = network,
            Header = header,
            PublicPart = publicPart,
            PrivateDigest = privateDigest,
            Transaction = transaction,
            Path = path,
            Certificate = certificate,
        };
        return true;
    }

    private static void WriteTransaction(Utf8JsonWriter writer, ReceiptTransaction transaction)
    {
        writer.WriteStartObject("transaction");
        WriteHash(writer, "id", transaction.Claim.Id);
        WriteHash(writer, "resultDigest", transaction.Claim.ResultDigest);
        writer.WriteNumber("position", transaction.Position);
        WritePath(writer, transaction.Path);
        writer.WriteEndObject();
    }

    private static bool TryTransaction(JsonElement json, out ReceiptTransaction? transaction)
    {
        transaction = null;
        if (!TryObject(json, "transaction", 4, out JsonElement element) || !TryHash(element, "id", out Hash256 id)
            || !TryHash(element, "resultDigest", out Hash256 result) || !TryNumber(element, "position", out ulong position)
            || position >= Limits.MaxBatchTransactions || !TryPath(element, out ImmutableArray<Hash256> path)) return false;
        transaction = new ReceiptTransaction(new TransactionClaim(id, result), (int)position, path);
        return true;
    }

    private static void WritePath(Utf8JsonWriter writer, ImmutableArray<Hash256> path)
    {
        writer.WriteStartArray("path");
        foreach (Hash256 node in path) writer.WriteStringValue(node.ToString());
        writer.WriteEndArray();
    }

    private static bool TryPath(JsonElement json, out ImmutableArray<Hash256> path)
    {
        path = [];
        if (!json.TryGetProperty("path", out JsonElement array) || array.ValueKind != JsonValueKind.Array
            || array.GetArrayLength() > MerkleProof.MaxPath) return false;
        var nodes = new List<Hash256>(array.GetArrayLength());
        foreach (JsonElement element in array.EnumerateArray())
        {
            if (!TryHex(element, out byte[] bytes) || bytes.Length != Hash256.Size) return false;
            nodes.Add(new Hash256(bytes));
        }
        path = [.. nodes];
        return true;
    }

    private static void WriteCertificate(Utf8JsonWriter writer, QuorumCertificate certificate)
    {
        writer.WriteStartObject("certificate");
        writer.WriteNumber("term", certificate.Term.Value);
        writer.WriteNumber("index", certificate.Index.Value);
        WriteHash(writer, "root", certificate.Root);
        writer.WriteStartArray("signatures");
        foreach (CoSignature signature in certificate.Signatures)
        {
            writer.WriteStartObject();
            // A node's id uses all 64 bits, more than a number of JavaScript holds.
            writer.WriteString("node", signature.Node.Value.ToString());
            WriteBytes(writer, "signature", signature.Signature.Span);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static bool TryCertificate(JsonElement json, [NotNullWhen(true)] out QuorumCertificate? certificate)
    {
        certificate = null;
        if (!TryObject(json, "certificate", 4, out JsonElement element) || !TryNumber(element, "term", out ulong term)
            || !TryNumber(element, "index", out ulong index) || !TryHash(element, "root", out Hash256 root)
            || !element.TryGetProperty("signatures", out JsonElement array) || array.ValueKind != JsonValueKind.Array
            || array.GetArrayLength() > Limits.MaxCoSignatures) return false;
        var signatures = new List<CoSignature>(array.GetArrayLength());
        foreach (JsonElement item in array.EnumerateArray())
        {
            if (!Is(item, 2) || !TryNode(item, out NodeId node) || !TryBytes(item, "signature", out byte[] signature)
                || signature.Length != P256.SignatureSize) return false;
            if (signatures.Count > 0 && node <= signatures[^1].Node) return false;
            signatures.Add(new CoSignature(node, signature));
        }
        certificate = new QuorumCertificate(new Term(term), new LogIndex(index), root, signatures);
        return true;
    }

    private static void WriteHash(Utf8JsonWriter writer, string name, in Hash256 hash) => writer.WriteString(name, hash.ToString());

    private static void WriteBytes(Utf8JsonWriter writer, string name, ReadOnlySpan<byte> bytes) =>
        writer.WriteString(name, "0x" + Convert.ToHexStringLower(bytes));

    private static bool Is(JsonElement element, int properties) =>
        element.ValueKind == JsonValueKind.Object && element.GetPropertyCount() == properties;

    private static bool TryObject(JsonElement parent, string name, int properties, out JsonElement element) =>
        parent.TryGetProperty(name, out element) && Is(element, properties);

    private static bool TryNumber(JsonElement parent, string name, out ulong value)
    {
        value = 0;
        return parent.TryGetProperty(name, out JsonElement element) && element.ValueKind == JsonValueKind.Number
            && element.TryGetUInt64(out value);
    }

    private static bool TryNode(JsonElement parent, out NodeId node)
    {
        node = default;
        if (!parent.TryGetProperty("node", out JsonElement element) || element.ValueKind != JsonValueKind.String
            || !ulong.TryParse(element.GetString(), out ulong value) || !element.ValueEquals(value.ToString())) return false;
        node = new NodeId(value);
        return true;
    }

    private static bool TryHash(JsonElement parent, string name, out Hash256 hash)
    {
        hash = default;
        if (!TryBytes(parent, name, out byte[] bytes) || bytes.Length != Hash256.Size) return false;
        hash = new Hash256(bytes);
        return true;
    }

    private static bool TryBytes(JsonElement parent, string name, out byte[] bytes)
    {
        bytes = [];
        return parent.TryGetProperty(name, out JsonElement element) && TryHex(element, out bytes);
    }

    private static bool TryHex(JsonElement element, out byte[] bytes)
    {
        bytes = [];
        if (element.ValueKind != JsonValueKind.String) return false;
        string text = element.GetString()!;
        if (!text.StartsWith("0x", StringComparison.Ordinal) || text.Length % 2 != 0) return false;
        foreach (char digit in text.AsSpan(2))
            if (!char.IsAsciiHexDigitLower(digit)) return false;
        bytes = Convert.FromHexString(text.AsSpan(2));
        return true;
    }
}
