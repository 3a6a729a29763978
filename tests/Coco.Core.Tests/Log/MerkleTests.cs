using Coco.Crypto;
using Coco.Log;
using Coco.Primitives;

namespace Coco.Core.Tests.Log;

public sealed class MerkleTests
{
    /// <summary>The leaves and roots of the reference implementation of RFC 6962 (certificate-transparency, merkletree/testdata).</summary>
    private static readonly string[] ReferenceLeaves =
    [
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    ];

    private static readonly string[] ReferenceRoots =
    [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];

    [Fact]
    public void Roots_are_those_of_the_reference_implementation()
    {
        Assert.Equal("0xe3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855", new MerkleLedger().Root.ToString());
        var tree = new MerkleLedger();
        for (int i = 0; i < ReferenceLeaves.Length; i++)
        {
            byte[] data = Convert.FromHexString(ReferenceLeaves[i]);
            tree.Append(Sha256.Hash([0x00, .. data]));
            Assert.Equal("0x" + ReferenceRoots[i], tree.Root.ToString());
        }
    }

    [Fact]
    public void Every_root_path_and_consistency_proof_of_small_trees_is_that_of_the_definition()
    {
        Hash256[] leaves = Leaves(70);
        var tree = new MerkleLedger();
        foreach (Hash256 leaf in leaves) tree.Append(in leaf);
        for (int size = 1; size <= leaves.Length; size++)
        {
            Hash256 root = NaiveRoot(leaves.AsSpan(0, size));
            Assert.Equal(root, tree.RootAt(At(size)));
            Assert.Equal(root, tree.FrontierAt(At(size)).Root());
            for (int i = 0; i < size; i++)
            {
                Hash256[] path = tree.InclusionPath(At(i + 1), At(size));
                Assert.Equal(NaivePath(i, leaves.AsSpan(0, size)), path);
                Assert.True(MerkleProof.VerifyInclusion((ulong)i, (ulong)size, leaves[i], path, root));
                Hash256[] proof = tree.ConsistencyPath(At(i + 1), At(size));
                Assert.True(MerkleProof.VerifyConsistency((ulong)i + 1, tree.RootAt(At(i + 1)), (ulong)size, root, proof));
            }
        }
    }

    [Fact]
    public void Proofs_for_another_leaf_place_size_or_root_are_refused()
    {
        Hash256[] leaves = Leaves(21);
        var tree = new MerkleLedger();
        foreach (Hash256 leaf in leaves) tree.Append(in leaf);
        Hash256 root = tree.Root;
        for (int i = 0; i < leaves.Length; i++)
        {
            Hash256[] path = tree.InclusionPath(At(i + 1), tree.Last);
            for (int j = 0; j < leaves.Length; j++)
            {
                if (i == j) continue;
                Assert.False(MerkleProof.VerifyInclusion((ulong)i, 21, leaves[j], path, root));
                Assert.False(MerkleProof.VerifyInclusion((ulong)j, 21, leaves[i], path, root));
            }
            Assert.False(MerkleProof.VerifyInclusion((ulong)i, 21, leaves[i], path, Hash256.Zero));
            Assert.False(MerkleProof.VerifyInclusion((ulong)i, 21, leaves[i], path.AsSpan(1), root));
            Assert.False(MerkleProof.VerifyInclusion((ulong)i, 21, leaves[i], [.. path, root], root));
            for (int k = 0; k < path.Length; k++)
            {
                Hash256[] changed = [.. path];
                changed[k] = root;
                Assert.False(MerkleProof.VerifyInclusion((ulong)i, 21, leaves[i], changed, root));
            }
            if (i == 20) continue;
            Hash256[] proof = tree.ConsistencyPath(At(i + 1), tree.Last);
            Assert.False(MerkleProof.VerifyConsistency((ulong)i + 1, Hash256.Zero, 21, root, proof));
            Assert.False(MerkleProof.VerifyConsistency((ulong)i + 1, tree.RootAt(At(i + 1)), 21, Hash256.Zero, proof));
            Assert.False(MerkleProof.VerifyConsistency((ulong)i + 2, tree.RootAt(At(i + 1)), 21, root, proof));
        }
        Assert.False(MerkleProof.VerifyInclusion(0, 0, Hash256.Zero, [], MerkleHash.Empty));
        Assert.False(MerkleProof.VerifyConsistency(0, MerkleHash.Empty, 3, root, []));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Appending_cutting_and_committing_at_random_keeps_the_tree_of_the_leaves(int seed)
    {
        var random = new Random(seed);
        var leaves = new List<Hash256>();
        var tree = new MerkleLedger();
        for (int step = 0; step < 3_000; step++)
        {
            int tail = (int)(tree.Last.Value - tree.Committed.Value);
            switch (random.Next(8))
            {
                case 0:
                    tree.TruncateTo(new LogIndex(tree.Committed.Value + (ulong)random.Next(tail + 1)));
                    leaves.RemoveRange((int)tree.Last.Value, leaves.Count - (int)tree.Last.Value);
                    break;
                case 1:
                    tree.Commit(new LogIndex(tree.Committed.Value + (ulong)random.Next(tail + 1)));
                    break;
                case 2:
                    tree = Restored(tree, leaves);
                    break;
                default:
                    leaves.Add(Sha256.Hash(BitConverter.GetBytes(random.NextInt64())));
                    tree.Append(leaves[^1]);
                    break;
            }
            if (step % 20 == 0) CheckTail(tree, leaves, random);
        }
    }

    [Fact]
    public void A_committed_tree_keeps_its_frontier_alone()
    {
        var tree = new MerkleLedger();
        foreach (Hash256 leaf in Leaves(1000)) tree.Append(in leaf);
        MerkleFrontier frontier = tree.FrontierAt(tree.Last);
        tree.Commit(tree.Last);
        Assert.Equal(frontier, tree.FrontierAt(tree.Last));
        Assert.Throws<InvariantException>(() => tree.RootAt(At(999)));
        Assert.Throws<InvariantException>(() => tree.TruncateTo(At(999)));
    }

    [Fact]
    public void The_leaf_of_the_last_committed_entry_is_kept()
    {
        Hash256[] leaves = Leaves(40);
        var tree = new MerkleLedger();
        for (int i = 0; i < leaves.Length; i++)
        {
            tree.Append(in leaves[i]);
            if (i % 3 == 0) continue;
            tree.Append(Hash256.Zero);
            tree.Commit(At(i + 1));
            tree.TruncateTo(At(i + 1));
            tree.Commit(At(i + 1));
            Assert.Equal(leaves[i], tree.LeafAt(At(i + 1)));
            Assert.Equal(NaiveRoot(leaves.AsSpan(0, i + 1)), tree.Root);
        }
        var restored = new MerkleLedger(tree.FrontierAt(At(40)));
        restored.Commit(At(40));
        Assert.Throws<InvariantException>(() => restored.LeafAt(At(40)));
    }

    [Fact]
    public void A_frontier_survives_its_encoding_and_refuses_to_be_cut_short()
    {
        var tree = new MerkleLedger();
        foreach (Hash256 leaf in Leaves(23)) tree.Append(in leaf);
        var writer = new ByteWriter();
        tree.FrontierAt(tree.Last).Write(writer);
        var reader = new SpanReader(writer.Span);
        Assert.True(MerkleFrontier.TryRead(ref reader, out MerkleFrontier frontier));
        Assert.Equal(tree.FrontierAt(tree.Last), frontier);
        for (int length = 0; length < writer.Length; length++)
        {
            var cut = new SpanReader(writer.Span[..length]);
            Assert.False(MerkleFrontier.TryRead(ref cut, out _));
        }
    }

    private static MerkleLedger Restored(MerkleLedger tree, List<Hash256> leaves)
    {
        var restored = new MerkleLedger(tree.FrontierAt(tree.Committed));
        for (int i = (int)tree.Committed.Value; i < leaves.Count; i++) restored.Append(leaves[i]);
        return restored;
    }

    private static void CheckTail(MerkleLedger tree, List<Hash256> leaves, Random random)
    {
        Hash256[] all = [.. leaves];
        Assert.Equal((ulong)all.Length, tree.Last.Value);
        Assert.Equal(NaiveRoot(all), tree.Root);
        int tail = (int)(tree.Last.Value - tree.Committed.Value);
        if (tail == 0) return;
        LogIndex size = new(tree.Committed.Value + 1 + (ulong)random.Next(tail));
        LogIndex index = new(tree.Committed.Value + 1 + (ulong)random.Next((int)(size.Value - tree.Committed.Value)));
        Hash256 root = NaiveRoot(all.AsSpan(0, (int)size.Value));
        Assert.Equal(root, tree.RootAt(size));
        Assert.True(MerkleProof.VerifyInclusion(
            index.Value - 1, size.Value, all[index.Value - 1], tree.InclusionPath(index, size), root));
        Assert.True(MerkleProof.VerifyConsistency(
            index.Value, tree.RootAt(index), size.Value, root, tree.ConsistencyPath(index, size)));
    }

    private static LogIndex At(int index) => new((ulong)index);

    private static Hash256[] Leaves(int count) =>
        [.. Enumerable.Range(0, count).Select(i => Sha256.Hash(BitConverter.GetBytes(i)))];

    /// <summary>RFC 9162 2.1.1, word for word.</summary>
    private static Hash256 NaiveRoot(ReadOnlySpan<Hash256> leaves)
    {
        if (leaves.IsEmpty) return Sha256.Hash([]);
        if (leaves.Length == 1) return leaves[0];
        int split = Split(leaves.Length);
        return MerkleHash.Node(NaiveRoot(leaves[..split]), NaiveRoot(leaves[split..]));
    }

    /// <summary>RFC 9162 2.1.3.1, word for word.</summary>
    private static List<Hash256> NaivePath(int position, ReadOnlySpan<Hash256> leaves)
    {
        if (leaves.Length == 1) return [];
        int split = Split(leaves.Length);
        List<Hash256> path = position < split ? NaivePath(position, leaves[..split]) : NaivePath(position - split, leaves[split..]);
        path.Add(NaiveRoot(position < split ? leaves[split..] : leaves[..split]));
        return path;
    }

    private static int Split(int count)
    {
        int split = 1;
        while (split * 2 < count) split *= 2;
        return split;
    }
}
