using System.Numerics;
using System.Runtime.CompilerServices;

namespace Coco.Crypto;

/// <summary>The compression function F of BLAKE2b (RFC 7693, 3.2) with any number of rounds, as EIP-152 offers it.</summary>
public static class Blake2b
{
    public const int StateWords = 8;
    public const int MessageWords = 16;

    private const int SigmaRows = 10;

    private static ReadOnlySpan<ulong> InitialValues =>
    [
        0x6A09E667F3BCC908, 0xBB67AE8584CAA73B, 0x3C6EF372FE94F82B, 0xA54FF53A5F1D36F1,
        0x510E527FADE682D1, 0x9B05688C2B3E6C1F, 0x1F83D9ABFB41BD6B, 0x5BE0CD19137E2179,
    ];

    private static ReadOnlySpan<byte> Sigma =>
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3,
        11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4,
        7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8,
        9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13,
        2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9,
        12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11,
        13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10,
        6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5,
        10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0,
    ];

    /// <summary>Mixes the 16 words of <paramref name="message"/> into the 8 words of <paramref name="state"/>.</summary>
    /// <param name="state">The chaining value h, replaced by the result.</param>
    /// <param name="message">One block as little-endian words.</param>
    /// <param name="offsetLow">Bytes hashed so far, low word (t0).</param>
    /// <param name="offsetHigh">Bytes hashed so far, high word (t1).</param>
    /// <param name="isLast">The final block flag f.</param>
    /// <param name="rounds">12 for BLAKE2b itself.</param>
    public static void Compress(
        Span<ulong> state, ReadOnlySpan<ulong> message, ulong offsetLow, ulong offsetHigh, bool isLast, uint rounds)
    {
        ReadOnlySpan<ulong> m = message[..MessageWords];
        ReadOnlySpan<ulong> iv = InitialValues;
        ulong v0 = state[0], v1 = state[1], v2 = state[2], v3 = state[3], v4 = state[4], v5 = state[5], v6 = state[6], v7 = state[7];
        ulong v8 = iv[0], v9 = iv[1], v10 = iv[2], v11 = iv[3], v12 = iv[4] ^ offsetLow, v13 = iv[5] ^ offsetHigh;
        ulong v14 = isLast ? ~iv[6] : iv[6], v15 = iv[7];
        int row = 0;
        for (uint round = 0; round < rounds; round++)
        {
            ReadOnlySpan<byte> s = Sigma.Slice(row * MessageWords, MessageWords);
            if (++row == SigmaRows) row = 0;
            Mix(ref v0, ref v4, ref v8, ref v12, m[s[0] & 15], m[s[1] & 15]);
            Mix(ref v1, ref v5, ref v9, ref v13, m[s[2] & 15], m[s[3] & 15]);
            Mix(ref v2, ref v6, ref v10, ref v14, m[s[4] & 15], m[s[5] & 15]);
            Mix(ref v3, ref v7, ref v11, ref v15, m[s[6] & 15], m[s[7] & 15]);
            Mix(ref v0, ref v5, ref v10, ref v15, m[s[8] & 15], m[s[9] & 15]);
            Mix(ref v1, ref v6, ref v11, ref v12, m[s[10] & 15], m[s[11] & 15]);
            Mix(ref v2, ref v7, ref v8, ref v13, m[s[12] & 15], m[s[13] & 15]);
            Mix(ref v3, ref v4, ref v9, ref v14, m[s[14] & 15], m[s[15] & 15]);
        }
        state[0] ^= v0 ^ v8;
        state[1] ^= v1 ^ v9;
        state[2] ^= v2 ^ v10;
        state[3] ^= v3 ^ v11;
        state[4] ^= v4 ^ v12;
        state[5] ^= v5 ^ v13;
        state[6] ^= v6 ^ v14;
        state[7] ^= v7 ^ v15;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(ref ulong a, ref ulong b, ref ulong c, ref ulong d, ulong x, ulong y)
    {
        a = a + b + x;
        d = BitOperations.RotateRight(d ^ a, 32);
        c += d;
        b = BitOperations.RotateRight(b ^ c, 24);
        a = a + b + y;
        d = BitOperations.RotateRight(d ^ a, 16);
        c += d;
        b = BitOperations.RotateRight(b ^ c, 63);
    }
}
