using System.Runtime.InteropServices;
using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum;

/// <summary>
/// Leaves on their way into a trie that is built anew: their keys are hashed together and go in in order, so that those which are
/// neighbours in the trie come one after the other and lie side by side in memory.
/// </summary>
/// <param name="atOnce">Leaves that are sorted at once.</param>
internal sealed class LeafSorter<T>(int atOnce)
{
    private readonly ByteWriter _words = new(1 << 16);
    private readonly List<int> _ends = [];
    private readonly List<T> _values = [];
    private Hash256[] _hashes = [];
    private ulong[] _beginnings = [];
    private int[] _order = [];

    public bool IsFull => _ends.Count >= atOnce;

    /// <summary>Adds the leaf whose key is the hash of <paramref name="word"/>.</summary>
    public void Add(ReadOnlySpan<byte> word, in T value)
    {
        _words.WriteFixed(word);
        _ends.Add(_words.Length);
        _values.Add(value);
    }

    /// <summary>Gives all in the order of their keys, as far as eight bytes tell it, and is empty.</summary>
    public void Drain(Action<Hash256, T> take)
    {
        int count = _ends.Count;
        if (_hashes.Length < count) (_hashes, _beginnings, _order) = (new Hash256[count], new ulong[count], new int[count]);
        Keccak256.HashMany(_words.Span, CollectionsMarshal.AsSpan(_ends), _hashes.AsSpan(0, count));
        for (int i = 0; i < count; i++)
        {
            _beginnings[i] = System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(_hashes[i].Span);
            _order[i] = i;
        }
        Array.Sort(_beginnings, _order, 0, count);
        for (int i = 0; i < count; i++) take(_hashes[_order[i]], _values[_order[i]]);
        _words.Clear();
        _ends.Clear();
        _values.Clear();
    }
}
