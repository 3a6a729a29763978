using System.Text.Json;
using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Audit;

/// <summary>
/// What opens a ledger to its auditor: the session keys and, where the constitution names its genesis by digest, that file. Whoever
/// holds it reads everything that was ever private in the ledger.
/// </summary>
/// <param name="Network">The network whose keys they are.</param>
/// <param name="SessionKeys">32 bytes each.</param>
/// <param name="Genesis">The ledger's genesis file; null where its settings are whole in the constitution.</param>
public sealed record KeyFile(NetworkId Network, IReadOnlyList<ReadOnlyMemory<byte>> SessionKeys, ReadOnlyMemory<byte>? Genesis)
{
    private const int Version = 1;

    /// <summary>Throws <see cref="InvalidDataException"/> with the reason where the file is not one.</summary>
    public static KeyFile Read(string file)
    {
        if (!File.Exists(file)) throw new FileNotFoundException($"There is no file {file}.");
        if (new FileInfo(file).Length > Limits.MaxKeyFileBytes) throw new InvalidDataException($"{file} is larger than a key file can be.");
        return Parse(File.ReadAllBytes(file));
    }

    /// <summary>Throws <see cref="InvalidDataException"/> with the reason where the bytes are not a key file.</summary>
    public static KeyFile Parse(ReadOnlyMemory<byte> json)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 4 });
            return Read(document.RootElement);
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or KeyNotFoundException or FormatException)
        {
            throw new InvalidDataException($"This is not a key file: {wrong.Message}", wrong);
        }
    }

    /// <summary>As UTF-8 JSON.</summary>
    public byte[] ToBytes() => JsonSerializer.SerializeToUtf8Bytes(
        new
        {
            version = Version,
            networkId = Network.ToString(),
            sessionKeys = SessionKeys.Select(key => "0x" + Convert.ToHexStringLower(key.Span)),
            genesis = Genesis is { } genesis ? Convert.ToBase64String(genesis.Span) : null,
        });

    private static KeyFile Read(JsonElement root)
    {
        if (root.GetProperty("version").GetInt32() != Version) throw new FormatException($"this program knows version {Version}");
        if (!Hash256.TryParse(root.GetProperty("networkId").GetString(), out Hash256 network)) throw new FormatException("networkId is not a hash");
        JsonElement keys = root.GetProperty("sessionKeys");
        if (keys.GetArrayLength() is 0 or > Limits.MaxSessionKeys) throw new FormatException("sessionKeys holds none or too many");
        var sessionKeys = new List<ReadOnlyMemory<byte>>();
        foreach (JsonElement key in keys.EnumerateArray())
        {
            string text = key.GetString() ?? "";
            if (text.Length != 2 + (2 * SecretKey.Size) || !text.StartsWith("0x", StringComparison.Ordinal))
                throw new FormatException("a session key is 0x and 64 hex digits");
            sessionKeys.Add(Convert.FromHexString(text.AsSpan(2)));
        }
        ReadOnlyMemory<byte>? genesis = root.TryGetProperty("genesis", out JsonElement text64) && text64.ValueKind == JsonValueKind.String
            ? text64.GetBytesFromBase64() : null;
        return new KeyFile(new NetworkId(network), sessionKeys, genesis);
    }
}
