using System.Text.Json;
using Coco.Tee;

namespace Coco.Client;

/// <summary>A Windows boot with its TPM quote as the go-attestation project writes it.</summary>
internal static class WindowsLogJson
{
    public static bool TryRead(JsonElement root, EvidenceBundle bundle)
    {
        byte[] message = root.GetProperty("Quote").GetProperty("Quote").GetBytesFromBase64();
        byte[] log = root.GetProperty("Log").GetProperty("Raw").GetBytesFromBase64();
        if (!TpmQuote.TryRead(message, out TpmQuote? quote)) return false;
        var values = new SortedDictionary<int, byte[]>();
        foreach (JsonElement pcr in root.GetProperty("Log").GetProperty("PCRs").EnumerateArray())
            values[pcr.GetProperty("Index").GetInt32()] = pcr.GetProperty("Digest").GetBytesFromBase64();
        bundle.Add(EvidencePart.TpmQuote, message)
            .Add(EvidencePart.TpmSignature, root.GetProperty("Quote").GetProperty("Signature").GetBytesFromBase64())
            .Add(EvidencePart.TpmPublicKey, root.GetProperty("AK").GetProperty("Public").GetBytesFromBase64())
            .Add(EvidencePart.PcrValues, quote.Pcrs.Where(values.ContainsKey).SelectMany(pcr => values[pcr]).ToArray())
            .Add(EvidencePart.BootLog, log);
        return true;
    }
}
