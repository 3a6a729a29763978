using Coco.Crypto;
using Coco.Evm;
using Coco.Ledgers.Ethereum;
using Coco.Primitives;

namespace Coco.Ledgers.Tests.Ethereum;

public sealed class TrieTests
{
    private static readonly Hash256 NoCode = Keccak256.OfEmpty;

    /// <summary>A key of which only a few nibbles vary, so that long extensions and short (inline) leaves occur.</summary>
    private static Hash256 Key(Random random, int freeNibbles)
    {
        byte[] key = new byte[32];
        for (int i = 0; i < freeNibbles; i++) key[31 - (i * 3)] = (byte)(random.Next(4) << (random.Next(2) * 4));
        return new Hash256(key);
    }

    [Theory]
    [InlineData(1, 3)]
    [InlineData(2, 6)]
    [InlineData(3, 10)]
    public void Slots_of_an_account_have_the_root_that_the_plain_trie_gives(int seed, int freeNibbles)
    {
        var random = new Random(seed);
        var trie = new StateTrie();
        var plain = new PartialTrie();
        Hash256 account = Keccak256.Hash([1]);
        var writer = new ByteWriter();
        for (int round = 0; round < 60; round++)
        {
            int handle = trie.SetAccount(account, 1, 5, NoCode);
            for (int i = random.Next(12); i >= 0; i--)
            {
                Hash256 key = Key(random, freeNibbles);
                UInt256 value = random.Next(3) == 0 ? 0UL : random.Next(2) == 0 ? (ulong)random.Next(1, 100) : new UInt256(1, 2, 3, 4);
                trie.SetSlot(handle, key, value);
                writer.Clear();
                writer.Rlp(value);
                plain.Set(key.Span, value.IsZero ? [] : writer.ToArray());
                Assert.Equal(value, trie.GetSlot(account, key));
            }
            trie.Root();
            Assert.True(plain.Root() == trie.StorageRoot(account), $"seed {seed} round {round}");
        }
    }

    [Theory]
    [InlineData(11)]
    [InlineData(12)]
    public void Accounts_have_the_root_that_the_plain_trie_gives(int seed)
    {
        var random = new Random(seed);
        var trie = new StateTrie();
        var plain = new PartialTrie();
        var writer = new ByteWriter();
        for (int round = 0; round < 50; round++)
        {
            for (int i = random.Next(20); i >= 0; i--)
            {
                Hash256 key = Keccak256.Hash([(byte)random.Next(120)]);
                if (random.Next(3) == 0)
                {
                    trie.RemoveAccount(key);
                    plain.Remove(key.Span);
                    continue;
                }
                var balance = (UInt256)(ulong)random.Next();
                trie.SetAccount(key, (ulong)round, balance, NoCode);
                writer.Clear();
                TrieEncoder.WriteAccountValue((ulong)round, balance, NodeReference.EmptyRoot, NoCode, writer);
                plain.Set(key.Span, writer.ToArray());
            }
            Assert.Equal(plain.Root(), trie.Root());
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(16)]
    [InlineData(128)]
    [InlineData(129)]
    [InlineData(300)]
    public void The_root_of_a_list_is_that_of_the_plain_trie(int count)
    {
        var random = new Random(count);
        var root = new OrderedRoot();
        var plain = new PartialTrie();
        var key = new ByteWriter();
        for (int i = 0; i < count; i++)
        {
            byte[] item = new byte[random.Next(1, 80)];
            random.NextBytes(item);
            root.Add(item);
            key.Clear();
            key.Rlp((ulong)i);
            plain.Set(key.Span, item);
        }
        Assert.Equal(plain.Root(), root.Root());
    }

    [Fact]
    public void A_proof_leads_from_the_root_to_the_account()
    {
        var trie = new StateTrie();
        for (int i = 0; i < 500; i++) trie.SetAccount(Keccak256.Hash(BitConverter.GetBytes(i)), (ulong)i, 7, NoCode);
        Hash256 root = trie.Root();
        for (int i = 490; i < 520; i++)
        {
            var nodes = new List<byte[]>();
            Hash256 key = Keccak256.Hash(BitConverter.GetBytes(i));
            trie.ProveAccount(key, nodes);
            var partial = new PartialTrie(nodes.ToDictionary(node => Keccak256.Hash(node)), root);
            Assert.Equal(i < 500, partial.Get(key.Span) is not null);
        }
    }
}
