using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using Coco.Tee;

namespace Coco.Client;

/// <summary>
/// Answers of Intel's provisioning service as it gives them, one file each: TCB info and QE identity with their signatures, revocation
/// lists, certificates. Put together into collateral; the signed texts stay byte for byte.
/// </summary>
internal sealed class PcsAnswers
{
    private const string TcbSigner = "Intel SGX TCB Signing";

    private (string Text, string Signature)? _tcbInfo;
    private (string Text, string Signature)? _qeIdentity;

    public bool IsEmpty => _tcbInfo is null && _qeIdentity is null;

    /// <summary>False if it is no such answer, or the second of its kind.</summary>
    public bool TryAdd(JsonElement root) => TrySet(root, "tcbInfo", ref _tcbInfo) || TrySet(root, "enclaveIdentity", ref _qeIdentity);

    /// <summary>
    /// The collateral, with what it needs of the certificates and lists that came; null where something is missing. The signer's certificate
    /// is no longer among the certificates then: it belongs to no platform.
    /// </summary>
    public byte[]? Conclude(ReadOnlySpan<byte> quotesCertificates, List<byte[]> certificates, List<byte[]> lists)
    {
        if (_tcbInfo is not { } info || _qeIdentity is not { } identity) return null;
        var ders = new List<byte[]>(certificates);
        var quotes = new List<byte[]>();
        if (StrictPem.TryReadCertificates(quotesCertificates, quotes)) ders.AddRange(quotes.Where(der => !ders.Exists(known => known.AsSpan().SequenceEqual(der))));
        if (!CertificateChain.TryLoad(ders.Select(der => (ReadOnlyMemory<byte>)der), out CertificateChain? chain)) return null;
        using (chain)
        {
            X509Certificate2[] all = [.. chain.Certificates];
            X509Certificate2? root = chain.Root;
            X509Certificate2? signer = Array.Find(all, one => one.GetNameInfo(X509NameType.SimpleName, false) == TcbSigner);
            (byte[] List, X509Certificate2 Issuer)? rootList = Find(lists, chain, isRoot: true);
            (byte[] List, X509Certificate2 Issuer)? pckList = Find(lists, chain, isRoot: false);
            if (root is null || signer is null || rootList is null || pckList is null) return null;
            certificates.RemoveAll(der => der.AsSpan().SequenceEqual(signer.RawData));
            string signerChain = Pem(signer, root);
            return JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string>
            {
                ["pck_crl_issuer_chain"] = Pem(pckList.Value.Issuer, root),
                ["root_ca_crl"] = Convert.ToHexStringLower(rootList.Value.List),
                ["pck_crl"] = Convert.ToHexStringLower(pckList.Value.List),
                ["tcb_info_issuer_chain"] = signerChain,
                ["tcb_info"] = info.Text,
                ["tcb_info_signature"] = info.Signature,
                ["qe_identity_issuer_chain"] = signerChain,
                ["qe_identity"] = identity.Text,
                ["qe_identity_signature"] = identity.Signature,
            });
        }
    }

    private static (byte[], X509Certificate2)? Find(List<byte[]> lists, CertificateChain chain, bool isRoot)
    {
        foreach (byte[] der in lists)
        {
            if (!RevocationList.TryRead(der, out RevocationList? list)) continue;
            for (int place = 0; place < chain.Outlines.Count; place++)
                if (chain.Outlines[place].IsSelfIssued == isRoot && list.IsIssuedBy(chain.Outlines[place])) return (der, chain.Certificates[place]);
        }
        return null;
    }

    private static bool TrySet(JsonElement root, string name, ref (string, string)? answer)
    {
        if (answer is not null || !root.TryGetProperty(name, out JsonElement signed) || signed.ValueKind != JsonValueKind.Object) return false;
        if (!root.TryGetProperty("signature", out JsonElement signature) || signature.ValueKind != JsonValueKind.String) return false;
        answer = (signed.GetRawText(), signature.GetString()!);
        return true;
    }

    private static string Pem(params X509Certificate2[] chain) => string.Concat(chain.Select(one => one.ExportCertificatePem() + "\n"));
}
