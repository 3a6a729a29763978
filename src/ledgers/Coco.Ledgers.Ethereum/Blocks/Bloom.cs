using System.Runtime.InteropServices;
using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum;

/// <summary>The 2048-bit filter over addresses and topics of logs (yellow paper 4.4.3).</summary>
public sealed class Bloom
{
    public const int Size = 256;

    [ThreadStatic]
    private static WordHashes? _words;

    private readonly byte[] _bits = new byte[Size];

    public Bloom()
    {
    }

    public Bloom(ReadOnlySpan<byte> bits) => bits.CopyTo(_bits);

    public static Bloom Empty { get; } = new();

    public ReadOnlySpan<byte> Span => _bits;

    public void Clear() => Array.Clear(_bits);

    public void Add(ReadOnlySpan<byte> item) => AddHash(Keccak256.Hash(item));

    /// <summary>The filters of many receipts' logs; their addresses and topics are hashed together.</summary>
    public static Bloom[] OfEach(IReadOnlyList<Outcome> outcomes)
    {
        WordHashes words = _words ??= new WordHashes();
        words.Clear();
        for (int i = 0; i < outcomes.Count; i++) AddTerms(words, outcomes[i].Logs);
        ReadOnlySpan<Hash256> hashes = words.Hash();
        var blooms = new Bloom[outcomes.Count];
        int next = 0;
        for (int i = 0; i < blooms.Length; i++) blooms[i] = OfNext(outcomes[i].Logs, hashes, ref next);
        return blooms;
    }

    private static void AddTerms(WordHashes words, IReadOnlyList<LogEntry> logs)
    {
        for (int i = 0; i < logs.Count; i++)
        {
            words.Add(logs[i].Address.Span);
            for (int j = 0; j < logs[i].Topics.Count; j++) words.Add(logs[i].Topics[j].Span);
        }
    }

    private static Bloom OfNext(IReadOnlyList<LogEntry> logs, ReadOnlySpan<Hash256> hashes, ref int next)
    {
        if (logs.Count == 0) return Empty;
        var bloom = new Bloom();
        for (int i = 0; i < logs.Count; i++)
            for (int terms = 1 + logs[i].Topics.Count; terms > 0; terms--) bloom.AddHash(hashes[next++]);
        return bloom;
    }

    private void AddHash(in Hash256 hash)
    {
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
