using System.Security.Cryptography;
using System.Text.Json;

namespace Coco.Manager;

/// <summary>
/// A large genesis state does not stand in the constitution: the settings name it by its SHA-256 (<c>genesisSha256</c>), each
/// host gives the file, and the manager checks it.
/// </summary>
internal static class LedgerSettingsFile
{
    /// <summary>The settings for the ledger; throws <see cref="InvalidDataException"/> where the file is missing or another one.</summary>
    public static ReadOnlyMemory<byte> Resolve(ReadOnlyMemory<byte> settings, string? file)
    {
        using JsonDocument document = JsonDocument.Parse(settings, new JsonDocumentOptions { MaxDepth = 16 });
        if (!document.RootElement.TryGetProperty("genesisSha256", out JsonElement named)) return settings;
        string expected = named.GetString() ?? "";
        if (file is null || !File.Exists(file))
            throw new InvalidDataException($"The ledger's settings name a genesis file with SHA-256 {expected}; give its path in the node's configuration.");
        long length = new FileInfo(file).Length;
        if (length > Boundary.Limits.MaxSettingsBytes)
            throw new InvalidDataException($"{file} has {length >> 20} MiB; a genesis file may have {Boundary.Limits.MaxSettingsBytes >> 20}.");
        byte[] genesis = File.ReadAllBytes(file);
        string digest = "0x" + Convert.ToHexStringLower(SHA256.HashData(genesis));
        return digest == expected ? genesis
            : throw new InvalidDataException($"{file} has the SHA-256 {digest}, the constitution names {expected}.");
    }
}
