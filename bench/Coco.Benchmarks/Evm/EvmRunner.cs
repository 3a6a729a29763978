using Coco.Evm;
using Coco.Evm.Code;
using Coco.Evm.State;
using Coco.Evm.Transactions;
using Coco.Primitives;

namespace Coco.Benchmarks.Evm;

/// <summary>Runs a program as a transaction, again and again on one machine.</summary>
public sealed class EvmRunner : IStateReader
{
    private const long Gas = 1L << 40;
    private static readonly Address Sender = Address.FromNumber(0xaaaa), Contract = Address.FromNumber(0xc0de);

    private readonly Dictionary<Hash256, byte[]> _codes = [];
    private readonly Hash256 _contract, _callee;
    private readonly TransactionProcessor _processor = new(new JournaledState(new CodeCache()));
    private readonly BlockEnvironment _block = new()
    {
        Fork = EvmFork.Prague,
        ChainId = 1,
        Number = 1,
        Timestamp = 1,
        Coinbase = Address.FromNumber(0xbeef),
        GasLimit = Gas,
    };
    private readonly EvmTransaction _transaction;

    /// <summary>One of the <see cref="EvmPrograms"/>.</summary>
    public EvmRunner(string program, int turns) : this(EvmPrograms.Of(program), new UInt256((ulong)turns).ToBigEndian())
    {
    }

    public EvmRunner(byte[] code, byte[] input)
    {
        _contract = Keep(code);
        _callee = Keep(EvmPrograms.CalleeCode);
        _transaction = new EvmTransaction { Sender = Sender, To = Contract, GasLimit = (ulong)Gas, Data = input };
    }

    /// <summary>Gas used by one run.</summary>
    public long Run()
    {
        _processor.State.Reset(this);
        TransactionResult result = _processor.Execute(_block, _transaction, Gas, SkippedChecks.All, ref _none);
        if (!result.IsSuccess) throw new InvalidOperationException($"{result.Refusal} {result.Error}");
        return result.GasUsed + result.GasRefunded;
    }

    private Coco.Evm.Tracing.NoTracer _none;

    public bool TryGetAccount(in Address address, out AccountInfo account)
    {
        Hash256 code = address == Contract ? _contract : address == EvmPrograms.Callee ? _callee : EvmCode.EmptyHash;
        account = new AccountInfo(0, 1UL << 60, code, true);
        return address == Contract || address == Sender || address == EvmPrograms.Callee;
    }

    public UInt256 GetStorage(in Address address, in UInt256 slot) => 1000;

    public ReadOnlyMemory<byte> GetCode(in Hash256 codeHash) => _codes[codeHash];

    private Hash256 Keep(byte[] code)
    {
        Hash256 hash = Coco.Crypto.Keccak256.Hash(code);
        _codes[hash] = code;
        return hash;
    }
}
