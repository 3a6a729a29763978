using System.Collections.Immutable;
using System.Text.Json;

namespace Coco.Governance;

/// <summary>The JSON form of a TEE manifest; the rules of a platform and the collateral are left out where there are none.</summary>
internal static class TeeManifestJson
{
    private const string PlatformRemedy = "name platforms such as \"software\" or \"sev-snp\"";
    private const string Path = "$.teeManifest";

    private static readonly ImmutableArray<string> Kinds = ["certificate", "revocation-list", "intel"];

    public static TeeManifest Read(DocumentScope scope)
    {
        List<string> platforms = scope.Texts("platforms", Limits.MaxPlatforms, Limits.MaxNameLength, PlatformRemedy);
        for (int i = 0; i < platforms.Count; i++)
        {
            if (!Names.IsName(platforms[i])) scope.Fail($"{scope.PathOf("platforms")}[{i}]", $"'{platforms[i]}' is not a name", PlatformRemedy);
        }
        var manifest = new TeeManifest([.. platforms], scope.Flag("debugAllowed", missing: false))
        {
            SevSnp = scope.OptionalObject("sevSnp", PlatformRulesJson.ReadSevSnp),
            Sgx = scope.OptionalObject("sgx", PlatformRulesJson.ReadIntel),
            Tdx = scope.OptionalObject("tdx", PlatformRulesJson.ReadIntel),
            Vbs = scope.OptionalObject("vbs", PlatformRulesJson.ReadVbs),
            Azure = scope.OptionalObject("azure", PlatformRulesJson.ReadAzure),
            Collateral = [.. scope.List("collateral", 0, Limits.MaxCollateral, ReadCollateral, isOptional: true)],
        };
        scope.End();
        return manifest;
    }

    public static void Write(Utf8JsonWriter writer, TeeManifest manifest)
    {
        writer.WriteStartObject();
        ManifestFields.WriteTexts(writer, "platforms", manifest.Platforms);
        writer.WriteBoolean("debugAllowed", manifest.IsDebugAllowed);
        PlatformRulesJson.Write(writer, manifest);
        if (!manifest.Collateral.IsEmpty)
        {
            writer.WriteStartArray("collateral");
            foreach (Collateral collateral in manifest.Collateral) WriteCollateral(writer, collateral);
            writer.WriteEndArray();
        }
        writer.WriteEndObject();
    }

    /// <summary>What must hold between its parts.</summary>
    public static void Check(TeeManifest manifest, List<DocumentError> errors)
    {
        if (manifest.Platforms.IsEmpty)
            errors.Add(new DocumentError($"{Path}.platforms", "names no platform", "name one at least: no VN could run"));
        if (manifest.IsDebugAllowed && !manifest.Platforms.Contains(TeeManifest.Software))
            errors.Add(new DocumentError($"{Path}.debugAllowed", "is true, and no platform can heed it",
                "leave it out: a debuggable TEE on hardware is never accepted"));
        CheckUse(manifest, errors, "sevSnp", manifest.SevSnp is not null, "sev-snp", "azure-sev-snp");
        CheckUse(manifest, errors, "sgx", manifest.Sgx is not null, "sgx");
        CheckUse(manifest, errors, "tdx", manifest.Tdx is not null, "tdx", "azure-tdx");
        CheckUse(manifest, errors, "vbs", manifest.Vbs is not null, "vbs");
        CheckUse(manifest, errors, "azure", manifest.Azure is not null, "azure-sev-snp", "azure-tdx");
        for (int i = 0; i < manifest.Collateral.Length; i++)
            if (manifest.Collateral.Take(i).Any(other => other.Name == manifest.Collateral[i].Name))
                errors.Add(new DocumentError($"{Path}.collateral[{i}].name", $"'{manifest.Collateral[i].Name}' is there already", "names are unique"));
    }

    public static Collateral ReadCollateral(DocumentScope scope)
    {
        const string Remedy = "write the document's bytes as base64";
        string name = scope.Name("name");
        string kind = scope.Text("kind", 16, $"write one of {string.Join(", ", Kinds)}");
        if (!Kinds.Contains(kind)) scope.Fail(scope.PathOf("kind"), $"is '{kind}'", $"write one of {string.Join(", ", Kinds)}");
        ulong expires = ManifestFields.ReadTime(scope, "expires");
        string document = scope.Text("document", Limits.MaxCollateralSize, Remedy);
        ManifestFields.ReadBase64(scope, scope.PathOf("document"), document, Remedy);
        scope.End();
        return new Collateral(name, (CollateralKind)(Kinds.IndexOf(kind) + 1), expires, document);
    }

    public static void WriteCollateral(Utf8JsonWriter writer, Collateral collateral)
    {
        writer.WriteStartObject();
        writer.WriteString("name", collateral.Name);
        writer.WriteString("kind", Kinds[(int)collateral.Kind - 1]);
        ManifestFields.WriteTime(writer, "expires", collateral.ExpiresUnixMs);
        writer.WriteString("document", collateral.Document);
        writer.WriteEndObject();
    }

    /// <summary>Rules of a platform that is not accepted would look as if they held.</summary>
    private static void CheckUse(TeeManifest manifest, List<DocumentError> errors, string field, bool isThere, params string[] platforms)
    {
        if (isThere && !platforms.Any(manifest.Platforms.Contains))
            errors.Add(new DocumentError($"{Path}.{field}", $"has rules, and platforms names neither {string.Join(" nor ", platforms)}",
                "name the platform, or leave its rules out"));
    }
}
