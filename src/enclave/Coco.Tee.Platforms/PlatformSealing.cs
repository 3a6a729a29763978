using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Tee.Platforms;

/// <summary>
/// Sealing: what only the same program on the same machine opens again. Bound to the measurement, to a use and to a name,
/// AES-256-GCM. Sealed: version (1 byte), salt (32), tag (16), ciphertext; each sealing has its own key. The root key is the
/// processor's, or, on the software platform, a file on the host beside the data, which protects nothing against the host
/// (<see cref="SoftwarePlatform.Warning"/>).
/// </summary>
public sealed class PlatformSealing : IDisposable
{
    private const byte Version = 1;
    private const int SaltSize = 32;
    private const int HeaderSize = 1 + SaltSize + Aead.TagSize;

    private readonly SecretKey _rootKey;
    private readonly ReadOnlyMemory<byte> _measurement;

    private PlatformSealing(SecretKey rootKey, ReadOnlyMemory<byte> measurement) => (_rootKey, _measurement) = (rootKey, measurement);

    /// <summary>Under a key of the processor's, which this object then owns.</summary>
    internal static PlatformSealing Under(SecretKey rootKey, ReadOnlySpan<byte> measurement) => new(rootKey, measurement.ToArray());

    /// <summary>
    /// Reads the key file, or makes it (readable by its owner alone). Throws <see cref="InvalidDataException"/> if the file is not
    /// a key, and <see cref="IOException"/> or <see cref="UnauthorizedAccessException"/> as the disk does.
    /// </summary>
    public static PlatformSealing OpenFile(string keyFile, Hash256 measurement)
    {
        if (!File.Exists(keyFile)) Create(keyFile);
        byte[] key = File.ReadAllBytes(keyFile);
        if (key.Length != SecretKey.Size) throw new InvalidDataException($"{keyFile} is not a sealing key: it is {key.Length} bytes, not {SecretKey.Size}");
        var sealing = new PlatformSealing(new SecretKey(key), measurement.ToArray());
        CryptographicOperations.ZeroMemory(key);
        return sealing;
    }

    /// <summary>Seals for a use, such as "restart"; only the same use, program and key file unseal it.</summary>
    public byte[] Seal(string use, ReadOnlySpan<byte> content)
    {
        var output = new byte[HeaderSize + content.Length];
        output[0] = Version;
        Span<byte> salt = output.AsSpan(1, SaltSize);
        RandomNumberGenerator.Fill(salt);
        using SecretKey key = KeyFor(use, salt);
        using var aead = new Aead(key);
        // The salt makes the key unique, so that the one nonce of this key is zero.
        aead.Seal(default(AeadNonce), content, output.AsSpan(0, 1), output.AsSpan(HeaderSize), output.AsSpan(1 + SaltSize, Aead.TagSize));
        return output;
    }

    public bool TryUnseal(string use, ReadOnlySpan<byte> @sealed, [NotNullWhen(true)] out byte[]? content)
    {
        content = null;
        if (@sealed.Length < HeaderSize || @sealed[0] != Version) return false;
        using SecretKey key = KeyFor(use, @sealed.Slice(1, SaltSize));
        using var aead = new Aead(key);
        var opened = new byte[@sealed.Length - HeaderSize];
        if (aead.TryOpen(default(AeadNonce), @sealed[HeaderSize..], @sealed.Slice(1 + SaltSize, Aead.TagSize), @sealed[..1], opened))
            content = opened;
        return content is not null;
    }

    public void Dispose() => _rootKey.Dispose();

    private SecretKey KeyFor(string use, ReadOnlySpan<byte> salt) => Hkdf.Derive(_rootKey, salt, $"coco-seal-{use}", _measurement.Span);

    private static void Create(string keyFile)
    {
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Share = FileShare.None };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        byte[] key = RandomNumberGenerator.GetBytes(SecretKey.Size);
        using var file = new FileStream(keyFile, options);
        file.Write(key);
        file.Flush(flushToDisk: true);
        CryptographicOperations.ZeroMemory(key);
    }
}
