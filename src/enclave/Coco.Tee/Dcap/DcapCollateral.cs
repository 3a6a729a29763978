using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;

namespace Coco.Tee;

/// <summary>
/// What Intel's provisioning service says about a model of processor, as one JSON object of texts (the form that dcap-qvl made
/// usual): signed documents byte for byte, their signatures, certificates and revocation lists. Data, not judged.
/// </summary>
public sealed class DcapCollateral
{
    private DcapCollateral()
    {
    }

    public byte[] PckCrlIssuerChain { get; private set; } = [];
    public byte[] RootCaCrl { get; private set; } = [];
    public byte[] PckCrl { get; private set; } = [];
    public byte[] TcbInfoIssuerChain { get; private set; } = [];
    public byte[] TcbInfo { get; private set; } = [];
    public byte[] TcbInfoSignature { get; private set; } = [];
    public byte[] QeIdentityIssuerChain { get; private set; } = [];
    public byte[] QeIdentity { get; private set; } = [];
    public byte[] QeIdentitySignature { get; private set; } = [];

    /// <summary>Every field once, hex in one case, lists also as PEM; zeros that C left behind a text are not part of it. What others add beside them is nobody's word and is not read.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> json, [NotNullWhen(true)] out DcapCollateral? collateral)
    {
        collateral = null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = Limits.MaxJsonDepth });
            if (document.RootElement.ValueKind != JsonValueKind.Object) return false;
            var read = new DcapCollateral();
            var seen = new HashSet<string>(StringComparer.Ordinal);
            foreach (JsonProperty field in document.RootElement.EnumerateObject())
            {
                if (!Fields.Contains(field.Name)) continue;
                if (!seen.Add(field.Name) || field.Value.ValueKind != JsonValueKind.String || !read.TrySet(field.Name, field.Value.GetString()!)) return false;
            }
            if (seen.Count != Fields.Length) return false;
            collateral = read;
            return true;
        }
        catch (Exception malformed) when (malformed is JsonException or InvalidOperationException)
        {
            return false;
        }
    }

    private static readonly string[] Fields =
    [
        "pck_crl_issuer_chain", "root_ca_crl", "pck_crl", "tcb_info_issuer_chain", "tcb_info", "tcb_info_signature", "qe_identity_issuer_chain", "qe_identity",
        "qe_identity_signature",
    ];

    private bool TrySet(string name, string text)
    {
        if (text.Length > Limits.MaxCollateralTextSize) return false;
        text = text.TrimEnd('\0');
        bool isHex = true;
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        switch (name)
        {
            case "pck_crl_issuer_chain": PckCrlIssuerChain = utf8; break;
            case "root_ca_crl": isHex = TryReadList(text, out byte[] rootCrl); RootCaCrl = rootCrl; break;
            case "pck_crl": isHex = TryReadList(text, out byte[] crl); PckCrl = crl; break;
            case "tcb_info_issuer_chain": TcbInfoIssuerChain = utf8; break;
            case "tcb_info": TcbInfo = utf8; break;
            case "tcb_info_signature": isHex = StrictHex.TryRead(text, out byte[] tcb); TcbInfoSignature = tcb; break;
            case "qe_identity_issuer_chain": QeIdentityIssuerChain = utf8; break;
            case "qe_identity": QeIdentity = utf8; break;
            case "qe_identity_signature": isHex = StrictHex.TryRead(text, out byte[] qe); QeIdentitySignature = qe; break;
        }
        return isHex;
    }

    private static bool TryReadList(string text, out byte[] der)
    {
        var lists = new List<byte[]>();
        bool isPem = StrictPem.TryReadRevocationLists(Encoding.UTF8.GetBytes(text), lists) && lists.Count == 1;
        der = isPem ? lists[0] : [];
        return isPem || StrictHex.TryRead(text, out der);
    }
}
