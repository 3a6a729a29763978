using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace Coco.Crypto;

/// <summary>
/// 32 secret bytes outside the garbage collector's heap, which would copy them about: zeroed when disposed, never printed.
/// </summary>
public sealed unsafe class SecretKey : IDisposable
{
    public const int Size = 32;

    private byte* _bytes = (byte*)NativeMemory.Alloc(Size);

    /// <summary>Copies <paramref name="bytes"/>, which must be 32 long; clearing the original is the caller's part.</summary>
    public SecretKey(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size)
        {
            Dispose();
            throw new ArgumentException("A key is 32 bytes.", nameof(bytes));
        }
        bytes.CopyTo(new Span<byte>(_bytes, Size));
    }

    ~SecretKey() => Release();

    /// <summary>The bytes in place, for sealing and derivation: valid until the key is disposed, not to be kept.</summary>
    public ReadOnlySpan<byte> Reveal()
    {
        ObjectDisposedException.ThrowIf(_bytes is null, this);
        return new ReadOnlySpan<byte>(_bytes, Size);
    }

    /// <summary>Compares the bytes in constant time.</summary>
    public bool HasSameBytes(SecretKey other) => ConstantTime.Equals(Reveal(), other.Reveal());

    public override string ToString() => "SecretKey(hidden)";

    public void Dispose()
    {
        Release();
        GC.SuppressFinalize(this);
    }

    private void Release()
    {
        if (_bytes is null) return;
        CryptographicOperations.ZeroMemory(new Span<byte>(_bytes, Size));
        NativeMemory.Free(_bytes);
        _bytes = null;
    }
}
