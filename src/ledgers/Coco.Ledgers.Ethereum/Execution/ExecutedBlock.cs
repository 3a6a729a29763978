using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum;

/// <summary>A block that was executed on the speculative head; <see cref="BlockSealer"/> gives it its roots and hash.</summary>
internal sealed class ExecutedBlock(BlockSealer sealer) : IExecutedBatch
{
    private volatile bool _isCommitted;

    public required BatchNumber Number { get; init; }
    public required IReadOnlyList<AdmittedTransaction> Included { get; init; }
    public required IReadOnlyList<(AdmittedTransaction Transaction, Refusal Reason)> Refused { get; init; }

    /// <summary>Without parent, roots, bloom and gas used.</summary>
    public required BlockHeader Draft { get; init; }

    /// <summary>As <see cref="OutcomeWriter"/> wrote them.</summary>
    public required byte[] Outcomes { get; init; }

    public required StateDelta Delta { get; init; }

    /// <summary>The block before, as long as it is not committed; then <see cref="BaseHash"/> is its hash.</summary>
    public ExecutedBlock? Parent { get; set; }

    public Hash256 BaseHash { get; set; }

    /// <summary>Takes the trie back; there while the block is applied and not committed.</summary>
    public StateDelta? Undo { get; set; }

    /// <summary>There from sealing on.</summary>
    public EthereumBlock? Block { get; set; }

    public bool IsCommitted
    {
        get => _isCommitted;
        set => _isCommitted = value;
    }

    public void Seal(ByteWriter results, BatchClaims claims)
    {
        EthereumBlock block = sealer.Seal(this);
        BlockHeader header = block.Header;
        var head = new ResultsHead(header.ParentHash, header.StateRoot, block.Hash, header.Timestamp, header.BaseFeePerGas ?? default);
        ResultsCodec.Write(results, head, Outcomes);
        block.AddClaims(claims);
    }
}
