using System.Collections.Immutable;
using System.Text;
using System.Text.Json;
using Coco.Tee;

namespace Coco.Client;

/// <summary>
/// What is asked of evidence, as a JSON file (docs/operations/attestation.md). A field that is not known is an error: a rule that
/// nobody applies must not look like one that holds.
/// </summary>
public sealed class EvidencePolicyFile
{
    private TeePolicy _policy;
    private SnpMinimumTcb? _minimumTcb;

    private EvidencePolicyFile(TeePolicy policy) => _policy = policy;

    /// <summary>The strict policy of every platform, for any measurement and any report data.</summary>
    public static TeePolicy Default { get; } = new(
        [.. EvidenceVerifiers.All.Platforms], [], IsDebugAllowed: false, TeePolicy.UsualMaxAgeMs)
    {
        IsAnyMeasurementAccepted = true,
    };

    /// <summary>Throws <see cref="InvalidDataException"/>.</summary>
    public static TeePolicy Read(ReadOnlyMemory<byte> json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = Limits.MaxJsonDepth, CommentHandling = JsonCommentHandling.Skip });
            return Read(document.RootElement);
        }
        catch (JsonException malformed)
        {
            throw new InvalidDataException($"The policy is not JSON (line {malformed.LineNumber + 1}).");
        }
    }

    /// <summary>Fields may be written in camelCase or in snake_case.</summary>
    public static TeePolicy Read(JsonElement root)
    {
        var file = new EvidencePolicyFile(Default);
        try
        {
            foreach (JsonProperty field in root.EnumerateObject())
            {
                string name = ToCamelCase(field.Name);
                if (!file.TrySetCommon(name, field.Value) && !file.TrySetSnp(name, field.Value) && !file.TrySetDcap(name, field.Value) && !file.TrySetOther(name, field.Value))
                    throw new InvalidDataException($"The policy's field '{field.Name}' is not known.");
            }
        }
        catch (Exception wrong) when (wrong is FormatException or InvalidOperationException or KeyNotFoundException)
        {
            throw new InvalidDataException($"The policy cannot be read: {wrong.Message}");
        }
        return file._minimumTcb is { } tcb ? file._policy with { SevSnp = file._policy.SevSnp with { MinimumTcb = [tcb] } } : file._policy;
    }

    private bool TrySetCommon(string name, JsonElement value)
    {
        switch (name)
        {
            case "platforms": _policy = _policy with { Platforms = Texts(value) }; return true;
            case "measurement": _policy = _policy with { Measurements = [Convert.ToHexStringLower(Bytes(value).AsSpan())], IsAnyMeasurementAccepted = false }; return true;
            case "measurements": _policy = _policy with { Measurements = Hexes(value), IsAnyMeasurementAccepted = false }; return true;
            case "reportData": _policy = _policy with { ReportData = Bytes(value) }; return true;
            case "debugAllowed": _policy = _policy with { IsDebugAllowed = value.GetBoolean() }; return true;
            case "maxAgeMs": _policy = _policy with { MaxAgeMs = value.GetUInt64() }; return true;
            default: return false;
        }
    }

    private bool TrySetSnp(string name, JsonElement value)
    {
        SevSnpPolicy snp = _policy.SevSnp;
        SevSnpPolicy? changed = name switch
        {
            "minReportVersion" => snp with { MinReportVersion = value.GetInt32() },
            "products" => snp with { Products = [.. Texts(value).Select(text => Enum.TryParse(text, ignoreCase: true, out SnpProduct product) ? product : throw new FormatException($"'{text}' is no product"))] },
            "allowVlek" => snp with { IsVlekAllowed = value.GetBoolean() },
            "cspId" => snp with { CspIds = [value.GetString() ?? ""] },
            "cspIds" => snp with { CspIds = Texts(value) },
            "maxVmpl" => snp with { MaxVmpl = value.GetInt32() },
            "chipIds" => snp with { ChipIds = Hexes(value) },
            "hostData" => snp with { HostData = Bytes(value) },
            "signerKeyDigests" => snp with { SignerKeyDigests = Hexes(value) },
            "minGuestSvn" => snp with { MinGuestSvn = value.GetUInt32() },
            "smtAllowed" => snp with { IsSmtAllowed = value.GetBoolean() },
            "aliasCheckRequired" => snp with { IsAliasCheckRequired = value.GetBoolean() },
            "crlRequired" => snp with { IsRevocationListRequired = value.GetBoolean() },
            "endorsers" => snp with { Endorsers = [.. value.EnumerateArray().Select(one => new SnpEndorser(Text(one, "issuer"), Text(one, "feed"), one.GetProperty("minSvn").GetUInt32()))] },
            _ => null,
        };
        if (changed is not null) _policy = _policy with { SevSnp = changed };
        if (name != "minTcb") return changed is not null;
        ImmutableArray<byte> tcb = Bytes(value);
        _minimumTcb = tcb.Length == SnpTcb.Size ? new SnpMinimumTcb(null, tcb) : throw new FormatException("minTcb has 8 bytes");
        return true;
    }

    private bool TrySetDcap(string name, JsonElement value)
    {
        DcapPolicy? Change(DcapPolicy dcap) => name switch
        {
            "acceptStatus" => dcap with { Statuses = [.. Texts(value).Select(text => TcbStatuses.TryParse(text, out TcbStatus status) ? status : throw new FormatException($"'{text}' is no TCB status"))] },
            "advisories" => dcap with { Advisories = Texts(value) },
            "minTcbEvaluationDataNumber" => dcap with { MinTcbEvaluationDataNumber = value.GetInt32() },
            "fmspcs" => dcap with { Fmspcs = Hexes(value) },
            "platformIds" => dcap with { PlatformIds = Hexes(value) },
            "mrSigner" => dcap with { Signers = [Convert.ToHexStringLower(Bytes(value).AsSpan())] },
            "mrSigners" => dcap with { Signers = Hexes(value) },
            "isvProdId" => dcap with { ProductId = value.GetUInt16() },
            "minIsvSvn" => dcap with { MinSvn = value.GetUInt16() },
            "migratableAllowed" or "allowMigratable" => dcap with { IsMigratableAllowed = value.GetBoolean() },
            "serviceTds" => dcap with { ServiceTds = Hexes(value) },
            "xfam" => dcap with { AllowedXfam = value.GetUInt64() },
            "collateralRequired" => dcap with { IsCollateralRequired = value.GetBoolean() },
            _ => null,
        };
        if (Change(_policy.Sgx) is not { } sgx || Change(_policy.Tdx) is not { } tdx) return false;
        _policy = _policy with { Sgx = sgx, Tdx = tdx };
        return true;
    }

    private bool TrySetOther(string name, JsonElement value)
    {
        VbsPolicy vbs = _policy.Vbs;
        AzurePolicy azure = _policy.Azure;
        switch (name)
        {
            case "uniqueId": return TrySetCommon("measurement", value);
            case "attestationRoots": _policy = _policy with { Vbs = vbs with { AttestationRoots = [.. Texts(value).Select(Root)] } }; return true;
            case "attestationKeys": _policy = _policy with { Vbs = vbs with { AttestationKeys = Hexes(value) } }; return true;
            case "authors": _policy = _policy with { Vbs = vbs with { Authors = Hexes(value) } }; return true;
            case "minSvn": _policy = _policy with { Vbs = vbs with { MinSvn = value.GetUInt32() } }; return true;
            case "minSecureKernelSvn": _policy = _policy with { Vbs = vbs with { MinSecureKernelSvn = value.GetUInt32() } }; return true;
            case "sha1Allowed": _policy = _policy with { Vbs = vbs with { IsSha1Allowed = value.GetBoolean() } }; return true;
            case "nonce": _policy = _policy with { Vbs = vbs with { Nonce = Bytes(value) }, Azure = azure with { Nonce = Bytes(value) } }; return true;
            case "measuredPcrs": _policy = _policy with { Azure = azure with { MeasuredPcrs = [.. value.EnumerateArray().Select(pcr => pcr.GetInt32())] } }; return true;
            case "paravisors": _policy = _policy with { Azure = azure with { Paravisors = Hexes(value) } }; return true;
            default: return false;
        }
    }

    private static ReadOnlyMemory<byte> Root(string pem)
    {
        var ders = new List<byte[]>();
        return StrictPem.TryReadCertificates(Encoding.UTF8.GetBytes(pem), ders) && ders.Count == 1 ? ders[0] : throw new FormatException("an attestation root is not one PEM certificate");
    }

    private static ImmutableArray<string> Texts(JsonElement value) => [.. value.EnumerateArray().Select(item => item.GetString() ?? "")];

    private static ImmutableArray<string> Hexes(JsonElement value) => [.. value.EnumerateArray().Select(item => Convert.ToHexStringLower(Bytes(item).AsSpan()))];

    private static ImmutableArray<byte> Bytes(JsonElement value)
    {
        string text = value.GetString() ?? "";
        return [.. Convert.FromHexString(text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text[2..] : text)];
    }

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out JsonElement value) ? value.GetString() ?? "" : throw new FormatException($"'{name}' is missing");

    private static string ToCamelCase(string name)
    {
        string[] words = name.Split('_');
        return words[0] + string.Concat(words.Skip(1).Where(word => word.Length > 0).Select(word => char.ToUpperInvariant(word[0]) + word[1..]));
    }
}
