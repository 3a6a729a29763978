using Coco.Crypto;
using Coco.Evm;
using Coco.Evm.Code;
using Coco.Evm.State;
using Coco.Ledgers.Ethereum;
using Coco.Primitives;

namespace Coco.Conformance;

/// <summary>Blocks that were imported, with their states: all branches, and the one with the most difficulty as the head.</summary>
public sealed class TestChain
{
    private const int UncleDepth = 7;
    private const ulong DaoExtraBlocks = 10;

    private readonly Dictionary<Hash256, Node> _nodes = [];
    private readonly ChainRules _rules;
    private readonly JournaledState _state = new(new CodeCache());
    private readonly BlockRun _run;
    private readonly ulong _chainId;
    private readonly IReadOnlyList<Address> _daoAccounts;
    private Node _head;

    private sealed record Node(BlockHeader Header, Hash256 Hash, IReadOnlyList<BlockHeader> Ommers, TestWorld World, UInt256 Total, EvmFork Fork);

    public TestChain(ChainRules rules, BlockHeader genesis, TestWorld world, ulong chainId, IReadOnlyList<Address> daoAccounts)
    {
        _rules = rules;
        _chainId = chainId;
        _daoAccounts = daoAccounts;
        _run = new BlockRun(_state);
        _head = new Node(genesis, genesis.Hash(), [], world, genesis.Difficulty, rules.ForkAt(genesis, default));
        _nodes[_head.Hash] = _head;
    }

    public Hash256 HeadHash => _head.Hash;
    public TestWorld HeadWorld => _head.World;

    /// <summary>Gas of all blocks executed.</summary>
    public ulong Gas { get; private set; }

    /// <summary>Takes a block in; null, or why it is not valid.</summary>
    public string? Import(byte[] rlp)
    {
        if (!Block.TryDecode(rlp, out Block? block, out string? error)) return error;
        BlockHeader header = block!.Header;
        if (!_nodes.TryGetValue(header.ParentHash, out Node? parent)) return "unknown parent";
        EvmFork fork = _rules.ForkAt(header, parent.Total);
        BlobParameters blobs = _rules.BlobsAt(header, parent.Total);
        if (HeaderCheck.IsTooLong(rlp.Length, fork)) return "block too long";
        if (HeaderCheck.Check(header, parent.Header, fork, parent.Fork, blobs) is { } wrong) return wrong;
        if (CheckBody(block, parent, fork) is { } body) return body;
        TestWorld world = parent.World.Copy();
        _state.Reset(world);
        if (header.Number == _rules.DaoBlock) _run.MoveDao(_daoAccounts);
        BlockOutcome outcome = _run.Execute(
            block, fork, blobs, _chainId, number => AncestorHash(parent, number), _ => Take(world));
        Gas += outcome.GasUsed;
        if (outcome.Error is not null) return outcome.Error;
        if (outcome.GasUsed != header.GasUsed) return $"gas used {outcome.GasUsed}, header {header.GasUsed}";
        if (outcome.ReceiptsRoot != header.ReceiptsRoot) return "receipts root";
        if (!outcome.Bloom.Span.SequenceEqual(header.LogsBloom.Span)) return "logs bloom";
        if (outcome.RequestsHash != header.RequestsHash) return "requests hash";
        if (Take(world) is var root && root != header.StateRoot) return $"state root {root}, header {header.StateRoot}";
        Add(new Node(header, header.Hash(), block.Ommers, world, parent.Total + header.Difficulty, fork));
        return null;
    }

    private Hash256 Take(TestWorld world)
    {
        world.Take(_state);
        return world.Root();
    }

    private void Add(Node node)
    {
        _nodes.TryAdd(node.Hash, node);
        if (node.Total > _head.Total || node.Fork >= EvmFork.Paris) _head = node;
    }

    private Hash256 AncestorHash(Node parent, ulong number)
    {
        Node? node = parent;
        while (node is not null && node.Header.Number > number) node = _nodes.GetValueOrDefault(node.Header.ParentHash);
        return node?.Header.Number == number ? node.Hash : default;
    }

    private string? CheckBody(Block block, Node parent, EvmFork fork)
    {
        BlockHeader header = block.Header;
        if (block.TransactionsRoot() != header.TransactionsRoot) return "transactions root";
        if (block.OmmersHash() != header.OmmersHash) return "uncles hash";
        if (block.WithdrawalsRoot() != header.WithdrawalsRoot) return "withdrawals root";
        bool isDaoExtra = header.Number >= _rules.DaoBlock && header.Number < _rules.DaoBlock + DaoExtraBlocks;
        if (isDaoExtra && !header.ExtraData.Span.SequenceEqual("dao-hard-fork"u8)) return "extra data of the DAO fork";
        return fork >= EvmFork.Paris ? null : CheckOmmers(block, parent);
    }

    /// <summary>Yellow paper 11.1: at most two, kin of the last six generations, none twice and no ancestor.</summary>
    private string? CheckOmmers(Block block, Node parent)
    {
        if (block.Ommers.Count > 2) return "too many uncles";
        var ancestors = new Dictionary<Hash256, Node>();
        var seen = new HashSet<Hash256>();
        Node? node = parent;
        for (int depth = 0; depth < UncleDepth && node is not null; depth++)
        {
            ancestors[node.Hash] = node;
            foreach (BlockHeader ommer in node.Ommers) seen.Add(ommer.Hash());
            node = _nodes.GetValueOrDefault(node.Header.ParentHash);
        }
        foreach (BlockHeader ommer in block.Ommers)
        {
            Hash256 hash = ommer.Hash();
            if (!seen.Add(hash) || ancestors.ContainsKey(hash)) return "uncle is known";
            if (!ancestors.TryGetValue(ommer.ParentHash, out Node? kin) || kin.Hash == parent.Hash) return "uncle's parent";
            EvmFork fork = _rules.ForkAt(ommer, kin.Total);
            if (HeaderCheck.Check(ommer, kin.Header, fork, kin.Fork, BlobParameters.Cancun) is { } wrong) return $"uncle: {wrong}";
        }
        return null;
    }
}
