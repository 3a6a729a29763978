using Coco.Primitives;

namespace Coco.Worker.Indexing;

/// <summary>Pages of segments that were read last; a page that is used again before the hand comes round stays (the clock algorithm). Any thread.</summary>
internal sealed class PageCache(int capacity)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(Hash256 Id, uint Page), int> _places = [];
    private readonly Slot[] _slots = new Slot[capacity];
    private int _hand;

    private struct Slot
    {
        public (Hash256, uint) Key;
        public ReadOnlyMemory<byte> Bytes;
        public bool IsUsed;
    }

    public bool TryGet(in Hash256 id, uint page, out ReadOnlyMemory<byte> bytes)
    {
        lock (_gate)
        {
            bool found = _places.TryGetValue((id, page), out int place);
            bytes = found ? _slots[place].Bytes : default;
            if (found) _slots[place].IsUsed = true;
            return found;
        }
    }

    public void Add(in Hash256 id, uint page, ReadOnlyMemory<byte> bytes)
    {
        lock (_gate)
        {
            if (_places.ContainsKey((id, page))) return;
            while (_slots[_hand].IsUsed)
            {
                _slots[_hand].IsUsed = false;
                _hand = (_hand + 1) % _slots.Length;
            }
            ref Slot slot = ref _slots[_hand];
            if (!slot.Bytes.IsEmpty) _places.Remove(slot.Key);
            slot = new Slot { Key = (id, page), Bytes = bytes };
            _places[(id, page)] = _hand;
            _hand = (_hand + 1) % _slots.Length;
        }
    }
}
