using System.Buffers.Binary;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum;

/// <summary>
/// From the first 8 bytes of hashes to where they are: open addressing in two arrays that the collector does not scan, 16 bytes
/// an entry at most two thirds full. Two hashes may share their beginning, so a find gives candidates. One writer, many readers.
/// </summary>
public sealed class PositionTable
{
    private const int PositionBits = 16;

    private readonly Lock _gate = new();
    private ulong[] _keys = Allocate(1024);
    private ulong[] _places = Allocate(1024);
    private int _count;

    public int Count => _count;

    public void Add(in Hash256 hash, BatchNumber number, int position)
    {
        lock (_gate)
        {
            if ((_count + 1) * 3L > _keys.Length * 2L) Grow();
            Put(_keys, _places, Prefix(hash), (number.Value << PositionBits) | (uint)position);
            _count++;
        }
    }

    /// <summary>Candidates, newest or oldest first in no certain order; the caller compares the whole hash.</summary>
    public void Find(in Hash256 hash, List<(BatchNumber Number, int Position)> candidates)
    {
        ulong prefix = Prefix(hash);
        lock (_gate)
        {
            int mask = _keys.Length - 1;
            for (int at = Start(prefix, mask); _places[at] != 0; at = (at + 1) & mask)
            {
                if (_keys[at] != prefix) continue;
                ulong place = _places[at] - 1;
                candidates.Add((new BatchNumber(place >> PositionBits), (int)(place & ((1 << PositionBits) - 1))));
            }
        }
    }

    private static ulong Prefix(in Hash256 hash) => BinaryPrimitives.ReadUInt64LittleEndian(hash.Span);

    private static int Start(ulong prefix, int mask) => (int)(prefix >> 32) & mask;

    /// <summary>A place is stored plus one: zero means free.</summary>
    private static void Put(ulong[] keys, ulong[] places, ulong prefix, ulong place)
    {
        int mask = keys.Length - 1;
        int at = Start(prefix, mask);
        while (places[at] != 0) at = (at + 1) & mask;
        keys[at] = prefix;
        places[at] = place + 1;
    }

    private void Grow()
    {
        ulong[] keys = Allocate(_keys.Length * 2), places = Allocate(_keys.Length * 2);
        for (int i = 0; i < _keys.Length; i++)
            if (_places[i] != 0) Put(keys, places, _keys[i], _places[i] - 1);
        _keys = keys;
        _places = places;
    }

    private static ulong[] Allocate(int length) => GC.AllocateArray<ulong>(length, pinned: true);
}
