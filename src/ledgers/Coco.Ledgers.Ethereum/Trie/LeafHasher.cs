using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum;

/// <summary>A leaf: of which storage (0 for an account), its key, and its value as the store holds it.</summary>
internal delegate void LeafTaker(uint storage, in Hash256 key, ReadOnlySpan<byte> value);

/// <summary>Makes leaves of what a walk over the state meets: the keys of many are hashed together.</summary>
internal sealed class LeafHasher(LeafTaker take)
{
    private const int AtOnce = 512;

    private readonly ByteWriter _words = new(AtOnce * 32);
    private readonly ByteWriter _values = new(AtOnce * 32);
    private readonly List<int> _wordEnds = new(AtOnce);
    private readonly List<int> _valueEnds = new(AtOnce);
    private readonly List<uint> _storages = new(AtOnce);
    private readonly Hash256[] _keys = new Hash256[AtOnce];

    /// <summary>Adds the leaf whose key is the hash of <paramref name="word"/>.</summary>
    public void Add(uint storage, ReadOnlySpan<byte> word, ReadOnlySpan<byte> value)
    {
        _words.WriteFixed(word);
        _wordEnds.Add(_words.Length);
        _values.WriteFixed(value);
        _valueEnds.Add(_values.Length);
        _storages.Add(storage);
        if (_storages.Count == AtOnce) Finish();
    }

    /// <summary>Gives on what is still here, in the order of its coming.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Finish()
    {
        Keccak256.HashMany(_words.Span, CollectionsMarshal.AsSpan(_wordEnds), _keys);
        for (int i = 0, start = 0; i < _storages.Count; start = _valueEnds[i++])
            take(_storages[i], _keys[i], _values.Span[start.._valueEnds[i]]);
        _words.Clear();
        _values.Clear();
        _wordEnds.Clear();
        _valueEnds.Clear();
        _storages.Clear();
    }
}
