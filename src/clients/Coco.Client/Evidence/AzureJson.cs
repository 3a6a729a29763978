using System.Text;
using System.Text.Json;
using Coco.Tee;

namespace Coco.Client;

/// <summary>
/// Evidence of Azure's confidential VMs as the confidential containers project writes it: versions 1 and 2 with text, and before them
/// arrays of numbers without a version.
/// </summary>
internal static class AzureJson
{
    private static readonly string[] Fields = ["version", "hcl_report", "report", "tpm_quote", "quote", "vcek", "td_quote"];
    private static readonly string[] QuoteFields = ["message", "signature", "pcrs"];

    public static bool IsAzure(JsonElement root) => root.TryGetProperty("hcl_report", out _) || (root.TryGetProperty("report", out _) && root.TryGetProperty("quote", out _));

    public static bool TryRead(JsonElement root, EvidenceBundle bundle, List<byte[]> certificates)
    {
        if (!HasOnly(root, Fields) || (root.TryGetProperty("version", out JsonElement version) && version.GetInt32() is not (1 or 2))) return false;
        if (!TryOne(root, "tpm_quote", "quote", out JsonElement quote) || !TryOne(root, "hcl_report", "report", out JsonElement report)) return false;
        if (!HasOnly(quote, QuoteFields) || !TryBytes(report, isHex: false, out byte[] hcl)) return false;
        if (!TryBytes(quote.GetProperty("message"), isHex: true, out byte[] message) || !TryBytes(quote.GetProperty("signature"), isHex: true, out byte[] signature)) return false;
        var values = new List<byte>();
        foreach (JsonElement pcr in quote.GetProperty("pcrs").EnumerateArray())
        {
            if (!TryBytes(pcr, isHex: true, out byte[] value)) return false;
            values.AddRange(value);
        }
        bundle.Add(EvidencePart.HclReport, hcl).Add(EvidencePart.TpmQuote, message).Add(EvidencePart.TpmSignature, signature).Add(EvidencePart.PcrValues, values.ToArray());
        return TryAddHardware(root, bundle, certificates);
    }

    private static bool TryAddHardware(JsonElement root, EvidenceBundle bundle, List<byte[]> certificates)
    {
        if (root.TryGetProperty("vcek", out JsonElement vcek) && !TryAddCertificates(vcek, certificates)) return false;
        if (!root.TryGetProperty("td_quote", out JsonElement quote)) return true;
        if (!TryBytes(quote, isHex: false, out byte[] bytes)) return false;
        bundle.Add(EvidencePart.Report, bytes);
        return true;
    }

    /// <summary>PEM at first, DER in base64 since version 1.</summary>
    private static bool TryAddCertificates(JsonElement vcek, List<byte[]> certificates)
    {
        if (vcek.ValueKind == JsonValueKind.String && vcek.GetString()!.StartsWith("-----BEGIN", StringComparison.Ordinal))
            return StrictPem.TryReadCertificates(Encoding.UTF8.GetBytes(vcek.GetString()!), certificates);
        if (!TryBytes(vcek, isHex: false, out byte[] der)) return false;
        certificates.Add(der);
        return true;
    }

    private static bool TryOne(JsonElement root, string name, string older, out JsonElement value) =>
        root.TryGetProperty(name, out value) ? !root.TryGetProperty(older, out _) : root.TryGetProperty(older, out value);

    private static bool HasOnly(JsonElement element, string[] names) => element.EnumerateObject().All(field => names.Contains(field.Name));

    private static bool TryBytes(JsonElement element, bool isHex, out byte[] bytes)
    {
        bytes = [];
        if (element.ValueKind == JsonValueKind.Array)
        {
            bytes = [.. element.EnumerateArray().Select(number => number.GetByte())];
            return true;
        }
        return isHex ? StrictHex.TryRead(element.GetString(), out bytes) : EvidenceText.TryBase64(element.GetString() ?? "", out bytes);
    }
}
