using System.Collections.Immutable;
using System.Text.Json;

namespace Coco.Governance;

/// <summary>The JSON form of what is asked of each platform. In the canonical form all fields of a platform stand, in this order.</summary>
internal static class PlatformRulesJson
{
    private const int MaxItems = 256;
    private const string DigestRemedy = "write hex of 32 to 64 bytes";

    public static SevSnpRules ReadSevSnp(DocumentScope scope)
    {
        var usual = new SevSnpRules();
        var rules = new SevSnpRules
        {
            MinimumTcb = [.. scope.List("minTcb", 0, PlatformWords.Products.Length + 1, ReadTcb, isOptional: true)],
            Products = ManifestFields.ReadWords(scope, "products", PlatformWords.Products),
            ChipIds = ManifestFields.ReadHexes(scope, "chipIds", MaxItems, 8, 64, "write a chip's id as hex"),
            IsVlekAllowed = scope.Flag("vlekAllowed", missing: false),
            CspIds = [.. scope.Texts("cspIds", Limits.MaxPlatforms, Limits.MaxNameLength, "write a cloud's name", isOptional: true)],
            MaxVmpl = (int)scope.Integer("maxVmpl", 0, 3, usual.MaxVmpl),
            MinReportVersion = (int)scope.Integer("minReportVersion", 2, 100, usual.MinReportVersion),
            MinGuestSvn = (uint)scope.Integer("minGuestSvn", 0, uint.MaxValue, 0),
            IsSmtAllowed = scope.Flag("smtAllowed", missing: true),
            IsAliasCheckRequired = scope.Flag("aliasCheckRequired", missing: false),
            IsRevocationListRequired = scope.Flag("crlRequired", missing: false),
            HostData = ManifestFields.ReadHex(scope, "hostData", 32),
            SignerKeyDigests = ManifestFields.ReadHexes(scope, "signerKeyDigests", MaxItems, 32, 64, DigestRemedy),
        };
        scope.End();
        return rules;
    }

    public static IntelRules ReadIntel(DocumentScope scope)
    {
        var usual = new IntelRules();
        bool saysStatuses = scope.Has("tcbStatuses");
        ImmutableArray<string> statuses = ManifestFields.ReadWords(scope, "tcbStatuses", PlatformWords.TcbStatuses);
        bool saysAdvisories = scope.Has("advisories");
        List<string> advisories = scope.Texts("advisories", MaxItems, Limits.MaxNameLength, "write ids such as INTEL-SA-00837", isOptional: true);
        var rules = new IntelRules
        {
            TcbStatuses = saysStatuses ? statuses : usual.TcbStatuses,
            Advisories = saysAdvisories ? [.. advisories] : null,
            MinTcbEvaluationDataNumber = (int)scope.Integer("minTcbEvaluationDataNumber", 0, int.MaxValue, 0),
            Fmspcs = ManifestFields.ReadHexes(scope, "fmspcs", MaxItems, 6, 6, "write six bytes as hex"),
            PlatformIds = ManifestFields.ReadHexes(scope, "platformIds", MaxItems, 16, 16, "write sixteen bytes as hex"),
            Signers = ManifestFields.ReadHexes(scope, "mrSigners", MaxItems, 32, 32, "write 32 bytes as hex"),
            MinSvn = (int)scope.Integer("minIsvSvn", 0, ushort.MaxValue, 0),
            IsMigratableAllowed = scope.Flag("migratableAllowed", missing: false),
            ServiceTds = ManifestFields.ReadHexes(scope, "serviceTds", MaxItems, 32, 64, DigestRemedy),
        };
        scope.End();
        return rules;
    }

    public static VbsRules ReadVbs(DocumentScope scope)
    {
        const string Remedy = "write a DER certificate as base64";
        List<string> roots = scope.Texts("attestationRoots", Limits.MaxPlatforms, Limits.MaxCertificateSize, Remedy, isOptional: true);
        for (int i = 0; i < roots.Count; i++) ManifestFields.ReadBase64(scope, $"{scope.PathOf("attestationRoots")}[{i}]", roots[i], Remedy);
        var rules = new VbsRules
        {
            AttestationRoots = [.. roots],
            AttestationKeys = ManifestFields.ReadHexes(scope, "attestationKeys", MaxItems, 32, 32, "write 32 bytes as hex"),
            Authors = ManifestFields.ReadHexes(scope, "authors", MaxItems, 32, 32, "write 32 bytes as hex"),
            MinSvn = (uint)scope.Integer("minSvn", 0, uint.MaxValue, 0),
            MinSecureKernelSvn = (uint)scope.Integer("minSecureKernelSvn", 0, uint.MaxValue, 0),
        };
        scope.End();
        return rules;
    }

    public static AzureRules ReadAzure(DocumentScope scope)
    {
        var rules = new AzureRules { Paravisors = ManifestFields.ReadHexes(scope, "paravisors", MaxItems, 32, 64, DigestRemedy) };
        scope.End();
        return rules;
    }

    public static void Write(Utf8JsonWriter writer, TeeManifest manifest)
    {
        if (manifest.SevSnp is { } snp) WriteSevSnp(writer, snp);
        if (manifest.Sgx is { } sgx) WriteIntel(writer, "sgx", sgx);
        if (manifest.Tdx is { } tdx) WriteIntel(writer, "tdx", tdx);
        if (manifest.Vbs is { } vbs) WriteVbs(writer, vbs);
        if (manifest.Azure is not { } azure) return;
        writer.WriteStartObject("azure");
        ManifestFields.WriteTexts(writer, "paravisors", azure.Paravisors);
        writer.WriteEndObject();
    }

    private static SnpTcbRule ReadTcb(DocumentScope scope)
    {
        string? product = scope.OptionalText("product", Limits.MaxNameLength, $"write one of {string.Join(", ", PlatformWords.Products)}");
        if (product is not null && !PlatformWords.Products.Contains(product))
            scope.Fail(scope.PathOf("product"), $"is '{product}'", $"write one of {string.Join(", ", PlatformWords.Products)}");
        string tcb = ManifestFields.ReadHex(scope, "tcb", 8);
        if (tcb.Length == 0) scope.Fail(scope.PathOf("tcb"), "is missing", "write the eight bytes as in the report, in hex");
        scope.End();
        return new SnpTcbRule(product, tcb);
    }

    private static void WriteSevSnp(Utf8JsonWriter writer, SevSnpRules rules)
    {
        writer.WriteStartObject("sevSnp");
        writer.WriteStartArray("minTcb");
        foreach (SnpTcbRule rule in rules.MinimumTcb)
        {
            writer.WriteStartObject();
            if (rule.Product is { } product) writer.WriteString("product", product);
            writer.WriteString("tcb", rule.Tcb);
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        ManifestFields.WriteTexts(writer, "products", rules.Products);
        ManifestFields.WriteTexts(writer, "chipIds", rules.ChipIds);
        writer.WriteBoolean("vlekAllowed", rules.IsVlekAllowed);
        ManifestFields.WriteTexts(writer, "cspIds", rules.CspIds);
        writer.WriteNumber("maxVmpl", rules.MaxVmpl);
        writer.WriteNumber("minReportVersion", rules.MinReportVersion);
        writer.WriteNumber("minGuestSvn", rules.MinGuestSvn);
        writer.WriteBoolean("smtAllowed", rules.IsSmtAllowed);
        writer.WriteBoolean("aliasCheckRequired", rules.IsAliasCheckRequired);
        writer.WriteBoolean("crlRequired", rules.IsRevocationListRequired);
        if (rules.HostData.Length > 0) writer.WriteString("hostData", rules.HostData);
        ManifestFields.WriteTexts(writer, "signerKeyDigests", rules.SignerKeyDigests);
        writer.WriteEndObject();
    }

    private static void WriteIntel(Utf8JsonWriter writer, string name, IntelRules rules)
    {
        writer.WriteStartObject(name);
        ManifestFields.WriteTexts(writer, "tcbStatuses", rules.TcbStatuses);
        if (rules.Advisories is { } advisories) ManifestFields.WriteTexts(writer, "advisories", advisories);
        writer.WriteNumber("minTcbEvaluationDataNumber", rules.MinTcbEvaluationDataNumber);
        ManifestFields.WriteTexts(writer, "fmspcs", rules.Fmspcs);
        ManifestFields.WriteTexts(writer, "platformIds", rules.PlatformIds);
        ManifestFields.WriteTexts(writer, "mrSigners", rules.Signers);
        writer.WriteNumber("minIsvSvn", rules.MinSvn);
        writer.WriteBoolean("migratableAllowed", rules.IsMigratableAllowed);
        ManifestFields.WriteTexts(writer, "serviceTds", rules.ServiceTds);
        writer.WriteEndObject();
    }

    private static void WriteVbs(Utf8JsonWriter writer, VbsRules rules)
    {
        writer.WriteStartObject("vbs");
        ManifestFields.WriteTexts(writer, "attestationRoots", rules.AttestationRoots);
        ManifestFields.WriteTexts(writer, "attestationKeys", rules.AttestationKeys);
        ManifestFields.WriteTexts(writer, "authors", rules.Authors);
        writer.WriteNumber("minSvn", rules.MinSvn);
        writer.WriteNumber("minSecureKernelSvn", rules.MinSecureKernelSvn);
        writer.WriteEndObject();
    }
}
