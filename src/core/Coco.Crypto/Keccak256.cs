using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Coco.Primitives;

namespace Coco.Crypto;

/// <summary>
/// Keccak-256 as Ethereum uses it: the sponge of FIPS 202 with rate 136 and the padding of the original submission (0x01, not
/// the 0x06 of SHA3-256). The static methods hash at once; an instance takes its input in parts.
/// </summary>
public struct Keccak256
{
    /// <summary>Bytes absorbed by one permutation.</summary>
    public const int Rate = 136;

    private const byte FirstPadding = 0x01;
    private const byte LastPadding = 0x80;

    private State _state;
    private int _position;

    /// <summary>The hash of no bytes.</summary>
    public static Hash256 OfEmpty { get; } = Hash([]);

    public static Hash256 Hash(ReadOnlySpan<byte> input)
    {
        Keccak256 sponge = default;
        sponge.Update(input);
        return sponge.Finish();
    }

    /// <summary>The hash of the two inputs behind one another.</summary>
    public static Hash256 HashConcatenated(ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        Keccak256 sponge = default;
        sponge.Update(first);
        sponge.Update(second);
        return sponge.Finish();
    }

    /// <summary>Writes the 32 bytes of the hash to the start of <paramref name="output"/>.</summary>
    public static void Hash(ReadOnlySpan<byte> input, Span<byte> output) => Hash(input).CopyTo(output);

    /// <summary>
    /// Hashes inputs that lie one behind the other in <paramref name="inputs"/>, where input i ends before <c>ends[i]</c>.
    /// Eight inputs at a time share their permutations where the machine has AVX-512 and they are about equally long.
    /// </summary>
    public static void HashMany(ReadOnlySpan<byte> inputs, ReadOnlySpan<int> ends, Span<Hash256> hashes)
    {
        if (hashes.Length < ends.Length) throw new ArgumentException("One hash for each input.", nameof(hashes));
        int done = KeccakEight.IsSupported ? HashEights(inputs, ends, hashes) : 0;
        HashOneByOne(inputs, ends, done, ends.Length, hashes);
    }

    public void Update(ReadOnlySpan<byte> input)
    {
        Span<byte> block = MemoryMarshal.AsBytes((Span<ulong>)_state)[..Rate];
        while (input.Length >= Rate - _position)
        {
            int taken = Rate - _position;
            Xor(block[_position..], input[..taken]);
            Permute(_state);
            input = input[taken..];
            _position = 0;
        }
        Xor(block[_position..], input);
        _position += input.Length;
    }

    /// <summary>Pads and returns the hash; the instance is then as new.</summary>
    public Hash256 Finish()
    {
        Span<byte> block = MemoryMarshal.AsBytes((Span<ulong>)_state);
        block[_position] ^= FirstPadding;
        block[Rate - 1] ^= LastPadding;
        Permute(_state);
        Hash256 hash = MemoryMarshal.Read<Hash256>(block);
        this = default;
        return hash;
    }

    private static int StartOf(ReadOnlySpan<int> ends, int index) => index == 0 ? 0 : ends[index - 1];

    /// <summary>Hashes eights, and a rest where that pays, from the front on; returns how many inputs are done.</summary>
    private static int HashEights(ReadOnlySpan<byte> inputs, ReadOnlySpan<int> ends, Span<Hash256> hashes)
    {
        int done = 0;
        while (ends.Length - done > 1)
        {
            int next = Math.Min(done + KeccakEight.Ways, ends.Length);
            if (IsShared(ends, done, next)) KeccakEight.Hash(inputs, StartOf(ends, done), ends[done..next], hashes[done..]);
            else HashOneByOne(inputs, ends, done, next, hashes);
            done = next;
        }
        return done;
    }

    /// <summary>Whether all permutations together are at least twice those that the longest input needs.</summary>
    private static bool IsShared(ReadOnlySpan<int> ends, int from, int to)
    {
        int all = 0, most = 0;
        for (int i = from; i < to; i++)
        {
            int blocks = ((ends[i] - StartOf(ends, i)) / Rate) + 1;
            all += blocks;
            most = Math.Max(most, blocks);
        }
        return all >= 2 * most;
    }

    private static void HashOneByOne(ReadOnlySpan<byte> inputs, ReadOnlySpan<int> ends, int from, int to, Span<Hash256> hashes)
    {
        for (int i = from; i < to; i++) hashes[i] = Hash(inputs[StartOf(ends, i)..ends[i]]);
    }

    private static void Permute(Span<ulong> state)
    {
        if (KeccakAvx512.IsSupported) KeccakAvx512.Permute(state);
        else KeccakScalar.Permute(state);
    }

    private static void Xor(Span<byte> block, ReadOnlySpan<byte> input)
    {
        while (input.Length >= sizeof(ulong))
        {
            MemoryMarshal.Write(block, MemoryMarshal.Read<ulong>(block) ^ MemoryMarshal.Read<ulong>(input));
            block = block[sizeof(ulong)..];
            input = input[sizeof(ulong)..];
        }
        for (int i = 0; i < input.Length; i++) block[i] ^= input[i];
    }

    /// <summary>25 lanes, and three words of slack so that the last row can be read and written as a whole vector.</summary>
    [InlineArray(28)]
    private struct State
    {
        private ulong _first;
    }
}
