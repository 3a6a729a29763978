using System.Security.Cryptography;
using System.Text;
using Coco.Crypto;
using Coco.Keys;
using Coco.Primitives;

namespace Coco.Manager;

/// <summary>What every manager of a network holds: the session key and the authority for client certificates.</summary>
internal sealed class Secrets(SecretKey sessionKey, NetworkAuthority authority) : IDisposable
{
    private const int MaxPemBytes = 8_192;

    public SecretKey SessionKey => sessionKey;
    public NetworkAuthority Authority => authority;

    public static Secrets Create(string network)
    {
        Span<byte> key = stackalloc byte[SecretKey.Size];
        RandomNumberGenerator.Fill(key);
        var secrets = new Secrets(
            new SecretKey(key), NetworkAuthority.Create(network, DateTimeOffset.UtcNow, TimeSpan.FromDays(3650)));
        CryptographicOperations.ZeroMemory(key);
        return secrets;
    }

    /// <summary>For a VN that is admitted, over its attested link, or for sealing; the caller clears it.</summary>
    public byte[] Encode()
    {
        var writer = new ByteWriter(4_096);
        writer.WriteFixed(sessionKey.Reveal());
        writer.WriteBytes(Encoding.ASCII.GetBytes(authority.CertificatePem));
        writer.WriteBytes(Encoding.ASCII.GetBytes(authority.ExportKeyPem()));
        byte[] encoded = writer.ToArray();
        CryptographicOperations.ZeroMemory(writer.Written);
        return encoded;
    }

    public static Secrets? TryDecode(ReadOnlySpan<byte> bytes)
    {
        var reader = new SpanReader(bytes);
        if (!reader.TryReadFixed(SecretKey.Size, out ReadOnlySpan<byte> key)
            || !reader.TryReadBytes(MaxPemBytes, out ReadOnlySpan<byte> certificate)
            || !reader.TryReadBytes(MaxPemBytes, out ReadOnlySpan<byte> privateKey) || !reader.IsAtEnd) return null;
        try
        {
            return new Secrets(
                new SecretKey(key), NetworkAuthority.Load(Encoding.ASCII.GetString(certificate), Encoding.ASCII.GetString(privateKey)));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    public void Dispose()
    {
        sessionKey.Dispose();
        authority.Dispose();
    }
}
