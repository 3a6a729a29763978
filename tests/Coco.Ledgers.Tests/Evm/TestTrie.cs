using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Ledgers.Tests.Evm;

/// <summary>The root of a secure Merkle Patricia trie, built anew from all its pairs (yellow paper, appendix D).</summary>
internal static class TestTrie
{
    public static Hash256 Root(IEnumerable<(byte[] Key, byte[] Value)> pairs)
    {
        (byte[] Path, byte[] Value)[] sorted = pairs
            .Select(pair => (Nibbles(Keccak256.Hash(pair.Key).Span), pair.Value))
            .OrderBy(pair => Convert.ToHexString(pair.Item1), StringComparer.Ordinal)
            .ToArray();
        return Keccak256.Hash(sorted.Length == 0 ? [0x80] : Node(sorted, 0));
    }

    private static byte[] Node(ReadOnlySpan<(byte[] Path, byte[] Value)> pairs, int depth)
    {
        if (pairs.Length == 1) return TestRlp.List(TestRlp.Bytes(Compact(pairs[0].Path.AsSpan(depth), true)), TestRlp.Bytes(pairs[0].Value));
        int shared = pairs[0].Path.AsSpan(depth).CommonPrefixLength(pairs[^1].Path.AsSpan(depth));
        if (shared > 0)
            return TestRlp.List(TestRlp.Bytes(Compact(pairs[0].Path.AsSpan(depth, shared), false)), Reference(Node(pairs, depth + shared)));
        byte[][] children = new byte[17][];
        children[16] = TestRlp.Bytes([]);
        int from = 0;
        for (int nibble = 0; nibble < 16; nibble++)
        {
            int to = from;
            while (to < pairs.Length && pairs[to].Path[depth] == nibble) to++;
            children[nibble] = to == from ? TestRlp.Bytes([]) : Reference(Node(pairs[from..to], depth + 1));
            from = to;
        }
        return TestRlp.List(children);
    }

    private static byte[] Reference(byte[] node) => node.Length < 32 ? node : TestRlp.Bytes(Keccak256.Hash(node).Span);

    private static byte[] Compact(ReadOnlySpan<byte> path, bool isLeaf)
    {
        int flag = (isLeaf ? 2 : 0) + (path.Length & 1);
        List<byte> nibbles = (path.Length & 1) == 1 ? [(byte)flag] : [(byte)flag, 0];
        nibbles.AddRange(path);
        return nibbles.Chunk(2).Select(pair => (byte)((pair[0] << 4) | pair[1])).ToArray();
    }

    private static byte[] Nibbles(ReadOnlySpan<byte> key)
    {
        byte[] nibbles = new byte[key.Length * 2];
        for (int i = 0; i < key.Length; i++) (nibbles[2 * i], nibbles[(2 * i) + 1]) = ((byte)(key[i] >> 4), (byte)(key[i] & 15));
        return nibbles;
    }
}
