using System.Runtime.InteropServices;
using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum;

/// <summary>Short byte strings that are hashed together by Keccak-256, eight at a time. Keeps its buffers.</summary>
internal sealed class WordHashes
{
    /// <summary>Room for hashes that is kept; a genesis state has more words, once.</summary>
    private const int KeptHashes = 1 << 16;

    private readonly ByteWriter _words = new(4096);
    private readonly List<int> _ends = [];
    private Hash256[] _hashes = [];

    public int Count => _ends.Count;

    public void Clear()
    {
        _words.Clear();
        _ends.Clear();
        if (_hashes.Length <= KeptHashes) return;
        _hashes = [];
        _ends.Capacity = 0;
    }

    public void Add(ReadOnlySpan<byte> word)
    {
        _words.WriteFixed(word);
        _ends.Add(_words.Length);
    }

    /// <summary>A word with a byte before it.</summary>
    public void Add(byte first, ReadOnlySpan<byte> rest)
    {
        _words.WriteByte(first);
        Add(rest);
    }

    /// <summary>The hashes in the order of the words; they stand until the next call.</summary>
    public ReadOnlySpan<Hash256> Hash()
    {
        if (_hashes.Length < _ends.Count) _hashes = new Hash256[_ends.Count * 2];
        Span<Hash256> hashes = _hashes.AsSpan(0, _ends.Count);
        Keccak256.HashMany(_words.Span, CollectionsMarshal.AsSpan(_ends), hashes);
        return hashes;
    }
}
