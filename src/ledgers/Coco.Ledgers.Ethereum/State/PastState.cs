using Coco.Primitives;
using Coco.Store;

namespace Coco.Ledgers.Ethereum;

/// <summary>
/// The state after an old block. A key that no later block wrote is as in the newest state; else it is what the last block up to
/// this one wrote. Reads may wait for the disk and throw <see cref="HistoryUnavailableException"/>. One thread.
/// </summary>
internal sealed class PastState(PastStates states, ILedgerIndex index, ICommittedView newest, ulong number) : ICommittedView
{
    public BatchNumber Version => new(number);

    /// <summary>The newest state, which it is seen from.</summary>
    public ICommittedView Newest => newest;

    public bool TryGet(MapId map, ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
    {
        // Code stands under its own hash and never changes.
        if (map == EthereumMaps.Code) return newest.TryGet(map, key, out value);
        if (map == EthereumMaps.Head) return TryGetWritten(number, map, key, out value, out _);
        return map == EthereumMaps.BlockHashes ? TryGetHash(key, out value) : TryGetChanging(map, key, out value);
    }

    /// <summary>The keys of a past state are nowhere in order.</summary>
    public bool TryGetNext(MapId map, ReadOnlySpan<byte> from, out ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value) =>
        throw new HistoryUnavailableException("ranges of keys are only read from the newest state");

    public void Dispose() => newest.Dispose();

    private bool TryGetChanging(MapId map, ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
    {
        ulong term = IndexTables.StateTerm(map, key), top = newest.Version.Value;
        bool isWritten = index.TryFindLast(IndexTables.State, term, top, newest.Version, out ulong block);
        if (!isWritten || block <= number) return newest.TryGet(map, key, out value);
        for (ulong upTo = number; index.TryFindLast(IndexTables.State, term, upTo, new BatchNumber(upTo), out block); upTo = block - 1)
        {
            bool isThere = TryGetWritten(block, map, key, out value, out bool isItsOwn);
            if (isItsOwn) return isThere;
            if (block == 0) break; // another key with the same beginning of a hash
        }
        value = default;
        return false;
    }

    /// <summary>Each block writes the hash of the one before it, under the low byte of its number.</summary>
    private bool TryGetHash(ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
    {
        value = default;
        if (key.Length != 1 || number == 0) return false;
        ulong back = (byte)(number - 1 - key[0]);
        return back < number && TryGetWritten(number - back, EthereumMaps.BlockHashes, key, out value, out _);
    }

    /// <summary>What a block put under the key; <paramref name="isWritten"/> alone where it deleted it.</summary>
    private bool TryGetWritten(ulong block, MapId map, ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value, out bool isWritten)
    {
        isWritten = false;
        value = default;
        var writes = new WriteSetReader(states.Record(block).WriteSet.Span);
        while (writes.TryNext())
        {
            if (writes.Map != map || !writes.Key.SequenceEqual(key)) continue;
            isWritten = true;
            value = writes.Value;
            return writes.IsPut;
        }
        return false;
    }
}
