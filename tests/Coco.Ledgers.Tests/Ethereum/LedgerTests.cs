using Coco.Crypto;
using Coco.Evm;
using Coco.Ledgers.Ethereum;
using Coco.Primitives;

namespace Coco.Ledgers.Tests.Ethereum;

public sealed class LedgerTests
{
    private const string Rich = "0xa94f5374fce5edbc8e2a8697c15331677e6ebf0b";
    private const string Settings = """
        {"chainId": 7, "gasLimit": 1000000, "alloc": {
          "a94f5374fce5edbc8e2a8697c15331677e6ebf0b": {"balance": "0xde0b6b3a7640000"},
          "0x00000000000000000000000000000000000000c0": {"balance": "0", "code": "0x6001546001016001555f5ff3", "storage": {"0x01": "0x2a"}}}}
        """;

    private static readonly byte[] Key = Convert.FromHexString("45a915e4d060149eb4365960e6a7a45f334393093061116b197e3240065ff2d8");
    private static readonly Address Counter = Address.FromNumber(0xc0);

    private static EthereumTransaction Make(ulong nonce, Address? to, ulong value = 0, byte[]? data = null, ulong gas = 100_000, ulong fee = 0, ulong chainId = 7) =>
        TransactionEncoder.Sign(
            new EthereumTransaction
            {
                Type = TransactionType.DynamicFee,
                ChainId = chainId,
                Nonce = nonce,
                MaxFeePerGas = fee,
                MaxPriorityFeePerGas = fee,
                GasLimit = gas,
                To = to,
                Value = value,
                Data = data ?? [],
                V = default,
                R = default,
                S = default,
                Raw = default,
                Hash = default,
            },
            Key);

    [Fact]
    public void A_transfer_and_a_call_change_the_state_and_leave_receipts()
    {
        using var harness = new EthereumHarness(Settings);
        harness.Run(0);
        EthereumBlock block = harness.Run(1, harness.Admitted(Make(0, Address.FromNumber(0xbeef), 5)), harness.Admitted(Make(1, Counter)));
        Assert.Equal(2, block.Transactions.Count);
        Assert.True(block.Receipts[0].IsSuccess && block.Receipts[1].IsSuccess);
        Assert.Equal(21_000UL, block.Receipts[0].GasUsed);
        using EthereumHarness.StateQueriesScope query = harness.Query();
        Assert.Equal(5UL, query.State.Account(Address.FromNumber(0xbeef)).Balance.U0);
        Assert.Equal(0x2bUL, query.State.Storage(Counter, 1).U0);
        Assert.True(Address.TryParse(Rich, out Address rich));
        Assert.Equal(2UL, query.State.Account(rich).Nonce);
    }

    [Fact]
    public void Blocks_after_a_snapshot_are_those_of_a_ledger_that_saw_all()
    {
        using var whole = new EthereumHarness(Settings);
        whole.Run(0);
        ulong nonce = 0;
        for (ulong number = 1; number < 8; number++)
            whole.Run(number, whole.Admitted(Make(nonce++, Counter)), whole.Admitted(Make(nonce++, Address.FromNumber(nonce * 77), 1)));
        using EthereumHarness restored = EthereumHarness.Restore(Settings, whole);
        Assert.Equal(whole.Ledger.Chain.Head!.Hash, restored.Ledger.Chain.Head!.Hash);
        for (ulong number = 8; number < 11; number++)
        {
            // The hash of the block before stands in the state and in the header.
            EthereumTransaction call = Make(nonce++, Counter);
            EthereumBlock expected = whole.Run(number, whole.Admitted(call));
            Assert.Equal(expected.Hash, restored.Run(number, restored.Admitted(call)).Hash);
        }
        Assert.Null(restored.Ledger.Settle());
    }

    [Fact]
    public void A_state_from_a_snapshot_is_there_before_its_trie_is()
    {
        using var whole = new EthereumHarness(Settings);
        whole.Run(0);
        whole.Run(1, whole.Admitted(Make(0, Counter)));
        using EthereumHarness restored = EthereumHarness.Restore(Settings, whole);
        Assert.Equal(0, restored.Ledger.DerivedBytes);
        Assert.Equal(whole.Ledger.Chain.Head!.Hash, restored.Ledger.Chain.Head!.Hash);
        Assert.Equal(1, restored.Store.Statistics.OpenViews);
        StateProof proof = restored.Ledger.Prove(Counter, []);
        Assert.Equal(whole.Ledger.Chain.Head!.Header.StateRoot, proof.StateRoot);
        Assert.Equal(0, restored.Store.Statistics.OpenViews);
        Assert.Null(restored.Ledger.Settle());
    }

    [Fact]
    public void Nothing_is_proved_of_a_snapshot_with_another_state_than_its_block_says_and_each_settle_tells()
    {
        using var whole = new EthereumHarness(Settings);
        whole.Run(0);
        whole.Run(1, whole.Admitted(Make(0, Counter)));
        BatchRecord older = whole.Records[^1];
        whole.Run(2, whole.Admitted(Make(1, Counter)));
        using EthereumHarness restored = EthereumHarness.Restore(Settings, whole, older);
        Assert.Throws<InvariantException>(() => restored.Ledger.Prove(Counter, []));
        Assert.Contains("the state root of the snapshot", restored.Ledger.Settle());
        Assert.Contains("the state root of the snapshot", restored.Ledger.Settle());
    }

    [Fact]
    public void A_follower_ends_at_the_same_root_and_blocks()
    {
        using var leader = new EthereumHarness(Settings);
        using var follower = new EthereumHarness(Settings);
        leader.Run(0);
        ulong nonce = 0;
        for (ulong number = 1; number < 20; number++)
        {
            AdmittedTransaction[] batch = [.. Enumerable.Range(0, 5).Select(i => leader.Admitted(
                i == 4 ? Make(nonce++, null, 0, Convert.FromHexString("602a5f55")) : Make(nonce++, Address.FromNumber(nonce * 77), 1)))];
            leader.Run(number, batch);
        }
        foreach (BatchRecord record in leader.Records)
        {
            follower.Apply(record);
            if (record.Number.Value % 7 == 3) Assert.Null(follower.Ledger.Settle());
        }
        Assert.Null(follower.Ledger.Settle());
        Assert.Equal(leader.Ledger.Chain.Head!.Hash, follower.Ledger.Chain.Head!.Hash);
    }

    [Fact]
    public void A_follower_notices_another_root()
    {
        using var leader = new EthereumHarness(Settings);
        using var follower = new EthereumHarness(Settings.Replace("0x2a", "0x2b", StringComparison.Ordinal));
        using var other = new EthereumHarness(Settings);
        other.Run(0);
        leader.Run(0);
        leader.Run(1, leader.Admitted(Make(0, Address.FromNumber(9), 1)));
        follower.Run(0);
        follower.Apply(leader.Records[1]);
        Assert.NotNull(follower.Ledger.Settle());
        other.Apply(leader.Records[1]);
        Assert.Null(other.Ledger.Settle());
    }

    [Fact]
    public void A_block_claims_of_each_transaction_the_digest_of_its_receipt_as_the_receipts_trie_has_it()
    {
        using var harness = new EthereumHarness(Settings);
        harness.Run(0);
        EthereumBlock block = harness.Run(1, harness.Admitted(Make(0, Counter)), harness.Admitted(Make(1, Counter)));
        Assert.Equal(2, harness.Claims.Count);
        for (int i = 0; i < block.Receipts.Count; i++)
        {
            var receipt = new ByteWriter();
            block.Receipts[i].Write(receipt);
            Assert.Equal(new TransactionClaim(block.Transactions[i].Transaction.Hash, Sha256.Hash(receipt.Span)), harness.Claims[i]);
        }
    }

    [Fact]
    public void Blocks_that_were_rolled_back_leave_no_trace()
    {
        using var straight = new EthereumHarness(Settings);
        using var winding = new EthereumHarness(Settings);
        straight.Run(0);
        winding.Run(0);
        AdmittedTransaction first = straight.Admitted(Make(0, Counter)), second = straight.Admitted(Make(1, null, 0, Convert.FromHexString("602a5f55")));
        EthereumHarness.Pending one = winding.Execute(1, first, second);
        EthereumHarness.Pending two = winding.Execute(2);
        winding.Seal(one);
        winding.Seal(two);
        winding.Store.RollBackToCommitted();
        winding.Ledger.RolledBack(BatchNumber.Zero);
        winding.Run(1, first);
        straight.Run(1, first);
        Assert.Equal(straight.Run(2, second).Hash, winding.Run(2, second).Hash);
        Assert.Equal(straight.Run(3).Hash, winding.Run(3).Hash);
    }

    [Fact]
    public void Execution_runs_ahead_of_sealing()
    {
        using var harness = new EthereumHarness(Settings);
        using var plain = new EthereumHarness(Settings);
        harness.Run(0);
        plain.Run(0);
        var pending = new List<EthereumHarness.Pending>();
        for (ulong number = 1; number < 6; number++) pending.Add(harness.Execute(number, plain.Admitted(Make(number - 1, Counter))));
        foreach (EthereumHarness.Pending one in pending) harness.Commit(one, harness.Seal(one));
        for (ulong number = 1; number < 6; number++) plain.Run(number, plain.Admitted(Make(number - 1, Counter)));
        Assert.Equal(plain.Ledger.Chain.Head!.Hash, harness.Ledger.Chain.Head!.Hash);
    }

    [Fact]
    public void What_does_not_fit_the_block_is_neither_included_nor_refused()
    {
        using var harness = new EthereumHarness(Settings);
        harness.Run(0);
        AdmittedTransaction[] batch = [.. Enumerable.Range(0, 4).Select(i => harness.Admitted(Make((ulong)i, Counter, gas: 990_000)))];
        EthereumHarness.Pending pending = harness.Execute(1, batch);
        Assert.Single(pending.Executed.Included);
        Assert.Empty(pending.Executed.Refused);
    }

    [Fact]
    public void Refusals_are_in_the_words_of_geth()
    {
        using var harness = new EthereumHarness(Settings);
        harness.Run(0);
        harness.Run(1, harness.Admitted(Make(0, Counter)));
        Assert.Equal("nonce too low: next nonce 1, tx nonce 0", harness.Admit(Make(0, Counter)).Refusal?.Message);
        Assert.Equal("intrinsic gas too low: gas 20000, minimum needed 21000", harness.Admit(Make(1, Counter, gas: 20_000)).Refusal?.Message);
        Assert.Equal("invalid chain id for signer: have 8 want 7", harness.Admit(Make(1, Counter, chainId: 8)).Refusal?.Message);
        Assert.Equal("exceeds block gas limit", harness.Admit(Make(1, Counter, gas: 1_000_001)).Refusal?.Message);
        Assert.Equal(
            "insufficient funds for gas * price + value: balance 1000000000000000000, tx cost 2000000000000000000, overshot 1000000000000000000",
            harness.Admit(Make(1, Counter, 2_000_000_000_000_000_000)).Refusal?.Message);
    }

    [Fact]
    public void Estimates_are_enough_gas_and_hardly_more()
    {
        using var harness = new EthereumHarness(Settings);
        EthereumBlock head = harness.Run(0);
        using EthereumHarness.StateQueriesScope query = harness.Query();
        BlockEnvironment environment = query.State.Environment(head.Header, head.Hash);
        GasEstimate plain = query.State.EstimateGas(new CallRequest { To = Address.FromNumber(0xbeef) }, environment);
        Assert.Equal(21_000UL, plain.Gas);
        GasEstimate counter = query.State.EstimateGas(new CallRequest { To = Counter }, environment);
        CallResult call = query.State.Call(new CallRequest { To = Counter }, environment);
        Assert.True(call.IsSuccess);
        Assert.InRange(counter.Gas!.Value, call.GasUsed, call.GasUsed * 105 / 100);
    }

    [Fact]
    public void A_proof_of_the_committed_state_holds()
    {
        using var harness = new EthereumHarness(Settings);
        harness.Run(0);
        EthereumBlock head = harness.Run(1, harness.Admitted(Make(0, Counter)));
        harness.Seal(harness.Execute(2, harness.Admitted(Make(1, Counter))));
        StateProof proof = harness.Ledger.Prove(Counter, [1, 2]);
        Assert.Equal(head.Header.StateRoot, proof.StateRoot);
        Assert.Equal(0x2bUL, proof.Slots[0].Value.U0);
        var partial = new PartialTrie(proof.Slots[0].Nodes.ToDictionary(node => Coco.Crypto.Keccak256.Hash(node)), proof.StorageRoot);
        Assert.Equal([0x2b], partial.Get(StateTrie.KeyOf((UInt256)1UL).Span)!);
    }
}
