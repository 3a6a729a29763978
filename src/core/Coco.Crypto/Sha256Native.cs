using System.Runtime.InteropServices;

namespace Coco.Crypto;

/// <summary>
/// OpenSSL's SHA-256 without its EVP layer (openssl/sha.h): a Merkle tree hashes some 65 bytes at a time, for which EVP's look-up, context
/// and cleared error queue cost several times the hash. OpenSSL calls these functions deprecated; where they are missing the platform's
/// class does the work.
/// </summary>
internal static unsafe class Sha256Native
{
    /// <summary>Calls that stop the collector must be short: about 2 microseconds.</summary>
    internal const int MaxInput = 2048;

    private const string Library = "libcrypto.so.3";

    /// <summary>SHA256_CTX is 112 bytes; more is kept for versions to come.</summary>
    private const int ContextWords = 32;

    private static readonly delegate* unmanaged[SuppressGCTransition]<ulong*, int> Init;
    private static readonly delegate* unmanaged[SuppressGCTransition]<ulong*, byte*, nuint, int> Update;
    private static readonly delegate* unmanaged[SuppressGCTransition]<byte*, ulong*, int> Final;

    static Sha256Native()
    {
        if (!NativeLibrary.TryLoad(Library, out nint library)
            || !NativeLibrary.TryGetExport(library, "SHA256_Init", out nint init)
            || !NativeLibrary.TryGetExport(library, "SHA256_Update", out nint update)
            || !NativeLibrary.TryGetExport(library, "SHA256_Final", out nint final)) return;
        Init = (delegate* unmanaged[SuppressGCTransition]<ulong*, int>)init;
        Update = (delegate* unmanaged[SuppressGCTransition]<ulong*, byte*, nuint, int>)update;
        Final = (delegate* unmanaged[SuppressGCTransition]<byte*, ulong*, int>)final;
    }

    public static bool IsAvailable => Final != null;

    /// <summary>At most <see cref="MaxInput"/> bytes into the first 32 of <paramref name="output"/>.</summary>
    public static void Hash(ReadOnlySpan<byte> input, Span<byte> output)
    {
        ulong* context = stackalloc ulong[ContextWords];
        fixed (byte* from = input, to = output)
        {
            _ = Init(context);
            _ = Update(context, from, (nuint)input.Length);
            _ = Final(to, context);
        }
    }
}
