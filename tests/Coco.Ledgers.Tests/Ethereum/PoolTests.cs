using Coco.Evm;
using Coco.Ledgers.Ethereum;
using Coco.Primitives;
using Coco.Store;

namespace Coco.Ledgers.Tests.Ethereum;

public sealed class PoolTests
{
    /// <summary>Nonces of accounts, and nothing else.</summary>
    private sealed class Nonces : IReadView
    {
        private readonly Dictionary<Address, ulong> _nonces = [];
        private byte[] _last = [];

        public ulong this[ulong sender]
        {
            get => _nonces.GetValueOrDefault(Address.FromNumber(sender));
            set => _nonces[Address.FromNumber(sender)] = value;
        }

        public bool TryGet(MapId map, ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value)
        {
            var writer = new ByteWriter();
            new AccountRecord(_nonces.GetValueOrDefault(new Address(key)), default, AccountRecord.NoCode, 0).Write(writer);
            value = _last = writer.ToArray();
            return true;
        }

        public bool TryGetNext(MapId map, ReadOnlySpan<byte> from, out ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value) => throw new NotSupportedException();
    }

    private readonly EthereumPool _pool = new();
    private readonly Nonces _state = new();

    private static AdmittedEthereumTransaction Make(ulong sender, ulong nonce, ulong fee = 0, int size = 32)
    {
        var bytes = new byte[size];
        BitConverter.TryWriteBytes(bytes, sender);
        BitConverter.TryWriteBytes(bytes.AsSpan(8), nonce);
        BitConverter.TryWriteBytes(bytes.AsSpan(16), fee);
        var transaction = new EthereumTransaction
        {
            Type = TransactionType.Legacy,
            Nonce = nonce,
            MaxFeePerGas = fee,
            MaxPriorityFeePerGas = fee,
            GasLimit = 21_000,
            To = null,
            Value = default,
            Data = default,
            V = default,
            R = default,
            S = default,
            Raw = bytes,
            Hash = new Hash256(bytes.AsSpan(0, Hash256.Size)),
        };
        return new AdmittedEthereumTransaction(transaction, Address.FromNumber(sender));
    }

    private List<(ulong Sender, ulong Nonce)> Take(int max)
    {
        var batch = new List<AdmittedTransaction>();
        _pool.Take(max, long.MaxValue, _state, batch);
        return [.. batch.Cast<AdmittedEthereumTransaction>().Select(t => (t.Sender.ToUInt256().U0, t.Evm.Nonce))];
    }

    private PoolResult Add(ulong sender, ulong nonce, ulong fee = 0, ulong origin = 0) => _pool.Add(Make(sender, nonce, fee), new NodeId(origin), _state);

    [Fact]
    public void A_pool_from_which_others_execute_forgets_who_was_ready_and_keeps_the_turns_of_those_who_are()
    {
        for (ulong sender = 1_000_000; sender < 1_000_003; sender++) Assert.True(Add(sender, 0).IsNext);
        for (ulong sender = 0; sender < 5_000; sender++)
        {
            Add(sender, 0);
            _state[sender] = 1;
            _pool.Committed([Make(sender, 0).Id], _state, []);
        }
        Assert.True(_pool.Ready < 2_000, $"{_pool.Ready} items");
        Assert.True(Add(7, 1).IsNext);
        Assert.Equal([(1_000_000UL, 0UL), (1_000_001, 0), (1_000_002, 0), (7, 1)], Take(10));
    }

    [Fact]
    public void Senders_take_turns_by_arrival_and_nonces_stay_in_order()
    {
        Assert.True(Add(1, 0).IsNext);
        Assert.False(Add(2, 1).IsNext);
        Assert.True(Add(1, 1).IsNext);
        Assert.True(Add(2, 0).IsNext);
        Assert.Equal([(1UL, 0UL), (1, 1), (2, 0), (2, 1)], Take(10));
        Assert.False(_pool.HasReady);
    }

    [Fact]
    public void A_gap_waits_until_it_is_filled()
    {
        Assert.False(Add(1, 2).IsNext);
        Assert.False(_pool.HasReady);
        Add(1, 0);
        Assert.Equal([(1UL, 0UL)], Take(10));
        Assert.True(Add(1, 1).IsNext);
        Assert.Equal([(1UL, 1UL), (1, 2)], Take(10));
    }

    [Fact]
    public void A_replacement_must_pay_a_tenth_more()
    {
        Add(1, 0, 100);
        Assert.Equal("replacement transaction underpriced", Add(1, 0, 109).Refusal?.Message);
        PoolResult replaced = Add(1, 0, 110);
        Assert.NotNull(replaced.Replaced);
        Assert.True(replaced.IsNext);
        Assert.Equal(1, _pool.Count);
        Assert.True(Add(1, 0, 110).IsKnown);
    }

    [Fact]
    public void A_free_transaction_cannot_be_replaced_by_a_free_one()
    {
        Add(1, 0);
        var other = Make(1, 0, 1);
        Assert.NotNull(_pool.Add(other, NodeId.None, _state).Replaced);
        Assert.Equal("replacement transaction underpriced", Add(1, 0).Refusal?.Message);
    }

    [Fact]
    public void What_was_returned_is_taken_again_in_order()
    {
        for (ulong nonce = 0; nonce < 4; nonce++) Add(1, nonce);
        var batch = new List<AdmittedTransaction>();
        _pool.Take(3, long.MaxValue, _state, batch);
        _pool.Return(batch[1..], _state);
        Assert.Equal([(1UL, 1UL), (1, 2), (1, 3)], Take(10));
    }

    [Fact]
    public void What_another_transaction_made_impossible_leaves()
    {
        Add(1, 0, 5);
        Add(1, 1, 5);
        _state[1] = 1;
        var replaced = new List<AdmittedTransaction>();
        _pool.Committed([Make(1, 0, 9).Id], _state, replaced);
        Assert.Equal(0UL, ((AdmittedEthereumTransaction)Assert.Single(replaced)).Evm.Nonce);
        Assert.Equal([(1UL, 1UL)], Take(10));
    }

    [Fact]
    public void Only_own_transactions_stay_when_leadership_is_lost()
    {
        Add(1, 0);
        Add(1, 1, origin: 2);
        Add(2, 0, origin: 2);
        Take(2);
        _pool.KeepOwn(_state);
        Assert.Equal(1, _pool.Count);
        Assert.Equal([(1UL, 0UL)], Take(10));
        var own = new List<AdmittedTransaction>();
        _pool.CopyOwn(own);
        Assert.Single(own);
    }

    [Fact]
    public void A_vn_that_sends_little_does_not_wait_for_one_that_sends_much()
    {
        for (ulong sender = 1; sender <= 100; sender++) Add(sender, 0, origin: 1);
        Take(10);
        Add(200, 0, origin: 2);
        Add(200, 1, origin: 2);
        Add(201, 0);
        Assert.Equal([(11UL, 0UL), (200, 0), (201, 0), (12, 0), (200, 1), (13, 0)], Take(6));
    }

    [Fact]
    public void One_vn_fills_half_of_the_pool_and_there_is_room_for_others()
    {
        ulong sender = 0;
        while (Add(++sender, 0, origin: 1).Refusal is null) { }
        Assert.Equal(PoolLimits.Transactions / 2, _pool.Count);
        Assert.Equal("txpool is full", Add(sender, 0, origin: 1).Refusal?.Message);
        Assert.Null(Add(sender, 0, origin: 2).Refusal);
        _state[1] = 1;
        Take(1);
        _pool.Committed([Make(1, 0, 0).Id], _state, []);
        Assert.Null(Add(++sender, 0, origin: 1).Refusal);
    }

    [Fact]
    public void Large_transactions_fill_the_pool_by_their_bytes()
    {
        ulong sender = 0;
        while (_pool.Add(Make(++sender, 0, size: 128 << 10), new NodeId(1), _state).Refusal is null) { }
        Assert.Equal(PoolLimits.Transactions / 2 / 32, _pool.Count);
        Assert.Equal("txpool is full", Add(sender, 0, origin: 1).Refusal?.Message);
        Assert.Null(Add(sender, 0, origin: 2).Refusal);
        _pool.Remove(Make(1, 0).Id);
        for (ulong more = 0; more < 31; more++) Assert.Null(Add(++sender, 0, origin: 1).Refusal);
    }

    [Fact]
    public void A_replacement_that_is_larger_needs_room()
    {
        ulong sender = 0;
        while (Add(++sender, 0, fee: 1, origin: 1).Refusal is null) { }
        Assert.Equal("txpool is full", _pool.Add(Make(1, 0, fee: 9, size: 8 << 10), new NodeId(1), _state).Refusal?.Message);
        Assert.Null(_pool.Add(Make(1, 0, fee: 9), new NodeId(1), _state).Refusal);
        Assert.Equal(PoolLimits.Transactions / 2, _pool.Count);
    }

    [Fact]
    public void A_batch_is_taken_by_bytes_and_its_first_whatever_its_size()
    {
        for (ulong sender = 1; sender <= 4; sender++) _pool.Add(Make(sender, 0, size: 1_000), new NodeId(1), _state);
        var batch = new List<AdmittedTransaction>();
        _pool.Take(10, 2_500, _state, batch);
        Assert.Equal(2, batch.Count);
        _pool.Take(10, 10, _state, batch);
        Assert.Equal(3, batch.Count);
        _pool.Take(10, 1_000, _state, batch);
        Assert.Equal(4, batch.Count);
        Assert.False(_pool.HasReady);
    }

    [Fact]
    public void Few_large_transactions_take_as_many_turns_as_the_small_ones_in_their_place()
    {
        for (ulong sender = 1; sender <= 4; sender++) _pool.Add(Make(sender, 0, size: 3 * 4_096), new NodeId(1), _state);
        for (ulong sender = 11; sender <= 16; sender++) Add(sender, 0, origin: 2);
        Assert.Equal([1, 11, 12, 13, 2, 14, 15, 16, 3, 4], Take(10).Select(one => (int)one.Sender));
    }

    /// <summary>Random operations; after each the pool must agree with a plain list of what it holds.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Random_operations_never_break_the_order(int seed)
    {
        var random = new Random(seed);
        var waiting = new Dictionary<(ulong Sender, ulong Nonce), AdmittedEthereumTransaction>();
        var head = new Dictionary<ulong, ulong>();
        for (int step = 0; step < 4_000; step++)
        {
            ulong sender = (ulong)random.Next(6);
            ulong next = head.GetValueOrDefault(sender);
            if (random.Next(3) != 0)
            {
                AdmittedEthereumTransaction transaction = Make(sender, next + (ulong)random.Next(6), (ulong)random.Next(1, 40));
                PoolResult result = _pool.Add(transaction, NodeId.None, _state);
                if (result.Refusal is null && !result.IsKnown) waiting[(sender, transaction.Evm.Nonce)] = transaction;
                continue;
            }
            var batch = new List<AdmittedTransaction>();
            _pool.Take(random.Next(1, 8), long.MaxValue, _state, batch);
            int kept = random.Next(batch.Count + 1);
            foreach (AdmittedEthereumTransaction taken in batch.Take(kept).Cast<AdmittedEthereumTransaction>())
            {
                ulong of = taken.Sender.ToUInt256().U0;
                Assert.True(head.GetValueOrDefault(of) == taken.Evm.Nonce, $"seed {seed} step {step}: nonce out of order");
                head[of] = _state[of] = taken.Evm.Nonce + 1;
                Assert.True(waiting.Remove((of, taken.Evm.Nonce)));
            }
            _pool.Return([.. batch.Skip(kept)], _state);
            _pool.Committed([.. batch.Take(kept).Select(t => t.Id)], _state, []);
            Assert.Equal(waiting.Count, _pool.Count);
            bool isReady = waiting.Keys.Any(key => key.Nonce == head.GetValueOrDefault(key.Sender));
            Assert.True(isReady == _pool.HasReady, $"seed {seed} step {step}: ready {_pool.HasReady}");
        }
    }
}
