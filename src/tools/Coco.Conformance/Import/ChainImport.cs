using System.Diagnostics;
using Coco.Evm;
using Coco.Evm.Code;
using Coco.Evm.State;
using Coco.Ledgers.Ethereum;
using Coco.Primitives;

namespace Coco.Conformance.Import;

/// <summary>
/// Executes an existing chain again, block after block from its genesis, and checks everything that a header promises. What is
/// left at the end is the state with which a new network can begin (<see cref="ImportedGenesis"/>).
/// </summary>
public sealed class ChainImport
{
    private readonly EthereumSettings _settings;
    private readonly ImportedState _imported;
    private readonly JournaledState _state = new(new CodeCache());
    private readonly BlockRun _run;
    private readonly Dictionary<ulong, Hash256> _hashes = [];
    private BlockHeader _head;
    private Hash256 _headHash;
    private long _blocks, _transactions;
    private ulong _gas;

    private ChainImport(EthereumSettings settings)
    {
        _settings = settings;
        _imported = new ImportedState(settings.Alloc);
        _run = new BlockRun(_state);
        _state.Reset(_imported.World);
        _head = settings.Genesis with { StateRoot = _imported.Take(_state) };
        Accept(_head);
    }

    /// <summary>
    /// Imports all blocks of a file and, where <paramref name="output"/> is named and nothing is wrong, writes the new genesis.
    /// Throws <see cref="InvalidDataException"/> when a file is not what it should be.
    /// </summary>
    public static ImportReport Run(string genesisFile, string chainFile, string? output)
    {
        long start = Stopwatch.GetTimestamp();
        byte[] json = File.ReadAllBytes(genesisFile);
        if (GethGenesis.Unsupported(json) is { } consensus)
            return new ImportReport
            {
                Blocks = 0,
                Transactions = 0,
                Gas = 0,
                Seconds = 0,
                Head = null,
                Problem = new ImportProblem(0, "consensus", "proof of work or of stake", consensus),
            };
        var import = new ChainImport(GethGenesis.Read(json, genesisFile));
        ImportProblem? problem = import.TakeAll(chainFile);
        if (problem is null && output is not null) ImportedGenesis.Write(output, json, import._imported.World, import._head, import._headHash);
        return new ImportReport
        {
            Blocks = import._blocks,
            Transactions = import._transactions,
            Gas = import._gas,
            Seconds = Math.Round(Stopwatch.GetElapsedTime(start).TotalSeconds, 3),
            Head = new ImportedHead(import._head.Number, import._headHash.ToString(), import._head.StateRoot.ToString()),
            Problem = problem,
            Output = problem is null ? output : null,
        };
    }

    private ImportProblem? TakeAll(string chainFile)
    {
        foreach (byte[] rlp in ChainFile.Read(chainFile))
        {
            if (!Block.TryDecode(rlp, out Block? block, out string? error))
                return new ImportProblem(_head.Number + 1, "encoding", "a block in RLP", error!);
            if (TakeOne(block!, rlp.Length) is { } problem) return problem;
        }
        return null;
    }

    private ImportProblem? TakeOne(Block block, int size)
    {
        BlockHeader header = block.Header;
        if (header.Number == 0 && _blocks == 0) return Compare(header, "genesis", header.Hash(), _headHash);
        if (header.Number != _head.Number + 1) return Compare(header, "number", header.Number, _head.Number + 1);
        if (Compare(header, "parentHash", header.ParentHash, _headHash) is { } stray) return stray;
        EvmFork fork = _settings.Forks.ForkAt(header.Number, header.Timestamp);
        EvmFork before = _settings.Forks.ForkAt(_head.Number, _head.Timestamp);
        BlobParameters blobs = _settings.Forks.BlobsAt(header.Timestamp);
        if (HeaderCheck.IsTooLong(size, fork)) return new ImportProblem(header.Number, "size", "at most 8 MiB (EIP-7934)", $"{size} bytes");
        if (HeaderCheck.Check(header, _head, fork, before, blobs) is { } wrong)
            return new ImportProblem(header.Number, "header", $"a header that may follow under the rules of {fork}", wrong);
        return CheckBody(block) ?? Execute(block, fork, blobs);
    }

    private static ImportProblem? CheckBody(Block block) =>
        Compare(block.Header, "transactionsRoot", block.Header.TransactionsRoot, block.TransactionsRoot())
        ?? Compare(block.Header, "ommersHash", block.Header.OmmersHash, block.OmmersHash())
        ?? Compare(block.Header, "withdrawalsRoot", block.Header.WithdrawalsRoot, block.WithdrawalsRoot());

    private ImportProblem? Execute(Block block, EvmFork fork, BlobParameters blobs)
    {
        BlockHeader header = block.Header;
        _state.Reset(_imported.World);
        BlockOutcome outcome = _run.Execute(
            block, fork, blobs, _settings.ChainId, number => _hashes.GetValueOrDefault(number), _ => _imported.Take(_state));
        if (outcome.Error is { } error) return new ImportProblem(header.Number, "transaction", "valid", error);
        ImportProblem? problem = Compare(header, "gasUsed", header.GasUsed, outcome.GasUsed)
            ?? Compare(header, "receiptsRoot", header.ReceiptsRoot, outcome.ReceiptsRoot)
            ?? Compare(header, "logsBloom", Hex(header.LogsBloom), Hex(outcome.Bloom))
            ?? Compare(header, "requestsHash", header.RequestsHash, outcome.RequestsHash)
            ?? Compare(header, "stateRoot", header.StateRoot, _imported.Take(_state));
        if (problem is not null) return problem;
        _blocks++;
        _transactions += block.Transactions.Count;
        _gas += outcome.GasUsed;
        Accept(header);
        return null;
    }

    private void Accept(BlockHeader header)
    {
        _head = header;
        _headHash = header.Hash();
        _hashes[header.Number] = _headHash;
        if (header.Number > (ulong)Evm.Limits.BlockHashes) _hashes.Remove(header.Number - (ulong)Evm.Limits.BlockHashes - 1);
    }

    private static string Hex(Bloom bloom) => JsonFields.Hex(bloom.Span);

    private static ImportProblem? Compare<T>(BlockHeader header, string check, T expected, T actual) =>
        EqualityComparer<T>.Default.Equals(expected, actual) ? null
            : new ImportProblem(header.Number, check, $"{expected}", $"{actual}");
}
