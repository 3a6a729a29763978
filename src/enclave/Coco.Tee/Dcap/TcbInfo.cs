using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;

namespace Coco.Tee;

/// <summary>One level of a TCB: what a platform must reach, and what reaching it is worth.</summary>
/// <param name="Sgx">16 security versions; empty for a TDX module or a quoting enclave, which have <paramref name="Svn"/> alone.</param>
/// <param name="Tdx">16 security versions; empty for SGX.</param>
/// <param name="Svn">PCESVN, or ISVSVN.</param>
public sealed record TcbLevel(ImmutableArray<byte> Sgx, ImmutableArray<byte> Tdx, int Svn, TcbStatus Status, ImmutableArray<string> Advisories);

/// <summary>A TDX module that Intel signed, and its levels by ISVSVN.</summary>
public sealed record TdxModuleIdentity(
    string Id, ImmutableArray<byte> Signer, ImmutableArray<byte> Attributes, ImmutableArray<byte> AttributesMask, ImmutableArray<TcbLevel> Levels);

/// <summary>Intel's TCB info, version 3 (PCS v4) or, of SGX alone, 2 (PCS v3). Read after its signature was verified.</summary>
/// <param name="Levels">From the best to the worst, as Intel orders them.</param>
public sealed record TcbInfo(
    string Id, DateTimeOffset IssueDate, DateTimeOffset NextUpdate, ImmutableArray<byte> Fmspc, ImmutableArray<byte> PceId,
    int EvaluationDataNumber, ImmutableArray<TcbLevel> Levels, TdxModuleIdentity? Module, ImmutableArray<TdxModuleIdentity> ModuleIdentities)
{
    private const int Version = 3;
    private const int SgxVersion = 2;

    public static bool TryRead(ReadOnlyMemory<byte> json, [NotNullWhen(true)] out TcbInfo? info)
    {
        info = null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = Limits.MaxJsonDepth });
            JsonElement root = document.RootElement;
            int version = root.GetProperty("version").GetInt32();
            if (version is not (Version or SgxVersion)) return false;
            // How components are compared is the type's matter, and only type 0 is defined.
            if (root.TryGetProperty("tcbType", out JsonElement type) && type.GetInt32() != 0) return false;
            info = new TcbInfo(
                version == SgxVersion ? "SGX" : root.GetProperty("id").GetString() ?? "", Time(root, "issueDate"), Time(root, "nextUpdate"),
                Hex(root, "fmspc", 6), Hex(root, "pceId", 2), root.GetProperty("tcbEvaluationDataNumber").GetInt32(),
                ReadLevels(root), ReadModule(root), ReadModules(root));
            return true;
        }
        catch (Exception malformed) when (IsMalformed(malformed))
        {
            return false;
        }
    }

    internal static bool IsMalformed(Exception problem) =>
        problem is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or OverflowException;

    internal static DateTimeOffset Time(JsonElement element, string name) =>
        DateTimeOffset.ParseExact(element.GetProperty(name).GetString() ?? "", "yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    internal static ImmutableArray<byte> Hex(JsonElement element, string name, int size)
    {
        if (!StrictHex.TryRead(element.GetProperty(name).GetString(), out byte[] bytes) || bytes.Length != size) throw new FormatException();
        return [.. bytes];
    }

    internal static ImmutableArray<TcbLevel> ReadLevels(JsonElement root)
    {
        var levels = ImmutableArray.CreateBuilder<TcbLevel>();
        foreach (JsonElement level in root.GetProperty("tcbLevels").EnumerateArray())
        {
            JsonElement tcb = level.GetProperty("tcb");
            if (!TcbStatuses.TryParse(level.GetProperty("tcbStatus").GetString(), out TcbStatus status)) throw new FormatException();
            int svn = (tcb.TryGetProperty("pcesvn", out JsonElement pce) ? pce : tcb.GetProperty("isvsvn")).GetInt32();
            levels.Add(new TcbLevel(tcb.TryGetProperty("sgxtcbcomp01svn", out _) ? FlatComponents(tcb) : Components(tcb, "sgxtcbcomponents"), Components(tcb, "tdxtcbcomponents"), svn, status, Advisories(level)));
        }
        return levels.ToImmutable();
    }

    private static ImmutableArray<byte> Components(JsonElement tcb, string name)
    {
        if (!tcb.TryGetProperty(name, out JsonElement components)) return [];
        ImmutableArray<byte> svns = [.. components.EnumerateArray().Select(component => component.GetProperty("svn").GetByte())];
        return svns.Length == 16 ? svns : throw new FormatException();
    }

    /// <summary>As version 2 has them: one field for each of the 16.</summary>
    private static ImmutableArray<byte> FlatComponents(JsonElement tcb) =>
        [.. Enumerable.Range(1, 16).Select(part => tcb.GetProperty($"sgxtcbcomp{part.ToString("D2", CultureInfo.InvariantCulture)}svn").GetByte())];

    private static ImmutableArray<string> Advisories(JsonElement level) =>
        level.TryGetProperty("advisoryIDs", out JsonElement ids) ? [.. ids.EnumerateArray().Select(id => id.GetString() ?? "")] : [];

    private static TdxModuleIdentity? ReadModule(JsonElement root) =>
        root.TryGetProperty("tdxModule", out JsonElement module) ? Identity(module, "", []) : null;

    private static ImmutableArray<TdxModuleIdentity> ReadModules(JsonElement root) =>
        root.TryGetProperty("tdxModuleIdentities", out JsonElement identities)
            ? [.. identities.EnumerateArray().Select(identity => Identity(identity, identity.GetProperty("id").GetString() ?? "", ReadLevels(identity)))]
            : [];

    private static TdxModuleIdentity Identity(JsonElement module, string id, ImmutableArray<TcbLevel> levels) =>
        new(id, Hex(module, "mrsigner", 48), Hex(module, "attributes", 8), Hex(module, "attributesMask", 8), levels);
}
