using System.Runtime.InteropServices;
using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum;

/// <summary>The 2048-bit filter over addresses and topics of logs (yellow paper 4.4.3).</summary>
public sealed class Bloom
{
    public const int Size = 256;

    private readonly byte[] _bits = new byte[Size];

    public Bloom()
    {
    }

    public Bloom(ReadOnlySpan<byte> bits) => bits.CopyTo(_bits);

    public static Bloom Empty { get; } = new();

    public ReadOnlySpan<byte> Span => _bits;

    public void Clear() => Array.Clear(_bits);

    public void Add(ReadOnlySpan<byte> item)
    {
        Hash256 hash = Keccak256.Hash(item);
        for (int i = 0; i < 6; i += 2)
        {
            int bit = ((hash.Span[i] << 8) | hash.Span[i + 1]) & 0x7FF;
            _bits[Size - 1 - (bit >> 3)] |= (byte)(1 << (bit & 7));
        }
    }

    public void Add(LogEntry log)
    {
        Add(log.Address.Span);
        for (int i = 0; i < log.Topics.Count; i++) Add(log.Topics[i].Span);
    }

    public void Add(Bloom other)
    {
        Span<ulong> mine = MemoryMarshal.Cast<byte, ulong>(_bits.AsSpan());
        ReadOnlySpan<ulong> its = MemoryMarshal.Cast<byte, ulong>(other._bits.AsSpan());
        for (int i = 0; i < mine.Length; i++) mine[i] |= its[i];
    }

    /// <summary>False: no log with this address or topic is there.</summary>
    public bool MayContain(ReadOnlySpan<byte> item)
    {
        Hash256 hash = Keccak256.Hash(item);
        for (int i = 0; i < 6; i += 2)
        {
            int bit = ((hash.Span[i] << 8) | hash.Span[i + 1]) & 0x7FF;
            if ((_bits[Size - 1 - (bit >> 3)] & (1 << (bit & 7))) == 0) return false;
        }
        return true;
    }
}
