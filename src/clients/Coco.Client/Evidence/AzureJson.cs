using System.Text.Json;
using Coco.Tee;

namespace Coco.Client;

/// <summary>Evidence of Azure's confidential VMs as the confidential containers project writes it (version 1).</summary>
internal static class AzureJson
{
    private static readonly string[] Fields = ["version", "hcl_report", "tpm_quote", "vcek", "td_quote"];
    private static readonly string[] QuoteFields = ["message", "signature", "pcrs"];

    public static bool TryRead(JsonElement root, EvidenceBundle bundle, List<byte[]> certificates)
    {
        if (!HasOnly(root, Fields) || root.GetProperty("version").GetInt32() != 1) return false;
        JsonElement quote = root.GetProperty("tpm_quote");
        if (!HasOnly(quote, QuoteFields) || !TryBase64(root.GetProperty("hcl_report"), out byte[] hcl)) return false;
        if (!TryHex(quote.GetProperty("message"), out byte[] message) || !TryHex(quote.GetProperty("signature"), out byte[] signature)) return false;
        var values = new List<byte>();
        foreach (JsonElement pcr in quote.GetProperty("pcrs").EnumerateArray())
        {
            if (!TryHex(pcr, out byte[] value)) return false;
            values.AddRange(value);
        }
        bundle.Add(EvidencePart.HclReport, hcl).Add(EvidencePart.TpmQuote, message).Add(EvidencePart.TpmSignature, signature).Add(EvidencePart.PcrValues, values.ToArray());
        return TryAddHardware(root, bundle, certificates);
    }

    private static bool TryAddHardware(JsonElement root, EvidenceBundle bundle, List<byte[]> certificates)
    {
        if (root.TryGetProperty("vcek", out JsonElement vcek))
        {
            if (!TryBase64(vcek, out byte[] der)) return false;
            certificates.Add(der);
        }
        if (!root.TryGetProperty("td_quote", out JsonElement quote)) return true;
        if (!TryBase64(quote, out byte[] bytes)) return false;
        bundle.Add(EvidencePart.Report, bytes);
        return true;
    }

    private static bool HasOnly(JsonElement element, string[] names) => element.EnumerateObject().All(field => names.Contains(field.Name));

    private static bool TryHex(JsonElement element, out byte[] bytes) => StrictHex.TryRead(element.GetString(), out bytes);

    /// <summary>Base64 in its ordinary or its URL form, with or without padding, and no bit that encodes nothing set.</summary>
    private static bool TryBase64(JsonElement element, out byte[] bytes)
    {
        bytes = [];
        string text = element.GetString() ?? "";
        bool isUrl = text.AsSpan().ContainsAny("-_");
        if (text.AsSpan().ContainsAny(" \t\r\n") || (isUrl && text.AsSpan().ContainsAny("+/"))) return false;
        string ordinary = text.Replace('-', '+').Replace('_', '/');
        bool isPadded = ordinary.EndsWith('=');
        if (!isPadded) ordinary = ordinary.PadRight((ordinary.Length + 3) / 4 * 4, '=');
        bytes = Convert.FromBase64String(ordinary);
        return Convert.ToBase64String(bytes) == ordinary;
    }
}
