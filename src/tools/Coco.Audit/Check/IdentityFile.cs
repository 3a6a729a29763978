using Coco.Primitives;

namespace Coco.Audit;

/// <summary>A file with the network's id (0x and 64 hex digits): all that a verifier needs to trust.</summary>
internal static class IdentityFile
{
    /// <summary>Null for no file; throws where it is missing or holds something else.</summary>
    public static NetworkId? Read(string? file)
    {
        if (file is null) return null;
        if (!File.Exists(file)) throw new FileNotFoundException($"There is no file {file}.");
        return Hash256.TryParse(File.ReadAllText(file).Trim(), out Hash256 hash) ? new NetworkId(hash)
            : throw new InvalidDataException($"{file} does not hold a network's id: 0x and 64 hex digits.");
    }
}
