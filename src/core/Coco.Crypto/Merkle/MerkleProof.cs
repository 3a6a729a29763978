using System.Numerics;
using Coco.Primitives;

namespace Coco.Crypto;

/// <summary>Verification of Merkle proofs, by the algorithms of RFC 9162 2.1.3.2 and 2.1.4.2. Input may be anyone's.</summary>
public static class MerkleProof
{
    /// <summary>Nodes on a path: sizes have 64 bits.</summary>
    public const int MaxPath = 64;

    /// <summary>Whether <paramref name="leaf"/> is the leaf at <paramref name="position"/> (from 0) of the tree with this size and root.</summary>
    public static bool VerifyInclusion(ulong position, ulong size, in Hash256 leaf, ReadOnlySpan<Hash256> path, in Hash256 root)
    {
        if (position >= size || path.Length > MaxPath) return false;
        ulong node = position, last = size - 1;
        Hash256 computed = leaf;
        foreach (ref readonly Hash256 sibling in path)
        {
            if (last == 0) return false;
            if ((node & 1) == 1 || node == last)
            {
                computed = MerkleHash.Node(in sibling, in computed);
                // The levels at which this node is the last and has no sibling carry it up unchanged.
                int skip = (node & 1) == 1 ? 0 : BitOperations.TrailingZeroCount(node);
                node >>= skip;
                last >>= skip;
            }
            else
            {
                computed = MerkleHash.Node(in computed, in sibling);
            }
            node >>= 1;
            last >>= 1;
        }
        return last == 0 && computed == root;
    }

    /// <summary>Whether the tree with the second size and root goes on from the one with the first.</summary>
    public static bool VerifyConsistency(
        ulong firstSize, in Hash256 firstRoot, ulong secondSize, in Hash256 secondRoot, ReadOnlySpan<Hash256> path)
    {
        if (firstSize == 0 || firstSize > secondSize || path.Length > MaxPath) return false;
        if (firstSize == secondSize) return path.IsEmpty && firstRoot == secondRoot;
        ulong node = firstSize - 1, last = secondSize - 1;
        int skip = BitOperations.TrailingZeroCount(~node);
        node >>= skip;
        last >>= skip;
        // Where the first tree is one complete subtree, its root starts the proof and is left out of it.
        bool isComplete = BitOperations.IsPow2(firstSize);
        if (!isComplete && path.IsEmpty) return false;
        Hash256 first = isComplete ? firstRoot : path[0];
        Hash256 second = first;
        foreach (ref readonly Hash256 sibling in isComplete ? path : path[1..])
        {
            if (last == 0) return false;
            if ((node & 1) == 1 || node == last)
            {
                first = MerkleHash.Node(in sibling, in first);
                second = MerkleHash.Node(in sibling, in second);
                while ((node & 1) == 0 && node != 0)
                {
                    node >>= 1;
                    last >>= 1;
                }
            }
            else
            {
                second = MerkleHash.Node(in second, in sibling);
            }
            node >>= 1;
            last >>= 1;
        }
        return last == 0 && first == firstRoot && second == secondRoot;
    }
}
