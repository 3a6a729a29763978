using System.Text;
using System.Text.Json;
using Coco.Crypto;
using Coco.Log;
using Coco.Primitives;

namespace Coco.Core.Tests.Log;

public sealed class ReceiptTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(64)]
    [InlineData(100)]
    public void Every_claim_of_a_batch_is_proved_and_no_other(int count)
    {
        BatchClaims claims = Claims(count);
        var tree = new MerkleLedger();
        for (int i = 0; i < count; i++) tree.Append(claims[i].LeafDigest());
        Hash256 root = claims.Root();
        Assert.Equal(tree.Root, root);
        for (int i = 0; i < count; i++)
        {
            Hash256[] path = claims.Path(i);
            Assert.True(BatchClaims.Verify(in root, i, count, claims[i], path));
            TransactionClaim other = claims[i] with { ResultDigest = root };
            Assert.False(BatchClaims.Verify(in root, i, count, in other, path));
            Assert.False(BatchClaims.Verify(in root, i - 1, count, claims[i], path));
            Assert.False(BatchClaims.Verify(in root, i + 1, count, claims[i], path));
        }
    }

    [Fact]
    public void A_receipt_proves_its_transaction_to_whoever_knows_the_nodes()
    {
        using var network = new TestNetwork();
        Receipt receipt = Make(network, hasTransaction: true);
        Assert.Equal(ReceiptVerdict.Holds, Verify(Read(Json(receipt))!, network));
        Assert.Equal(ReceiptVerdict.OtherNetwork, receipt.Verify(Hash256.Zero, network.KeyOf, network.IsQuorum));
        using var others = new TestNetwork();
        Assert.Equal(ReceiptVerdict.NoQuorum, Verify(receipt, others));
        Assert.Equal(ReceiptVerdict.NoQuorum, receipt.Verify(TestNetwork.Id, network.KeyOf, (_, nodes) => nodes.Count > 2));
    }

    [Fact]
    public void A_receipt_of_a_whole_entry_needs_no_transaction()
    {
        using var network = new TestNetwork();
        Assert.Equal(ReceiptVerdict.Holds, Verify(Read(Json(Make(network, hasTransaction: false)))!, network));
    }

    [Fact]
    public void A_receipt_with_anything_changed_does_not_hold()
    {
        using var network = new TestNetwork();
        Receipt receipt = Make(network, hasTransaction: true);
        ReceiptTransaction transaction = receipt.Transaction!;
        Assert.Equal(ReceiptVerdict.OtherTransaction, Verify(receipt with { Transaction = transaction with { Position = 3 } }, network));
        TransactionClaim claim = transaction.Claim with { ResultDigest = Hash256.Zero };
        Assert.Equal(ReceiptVerdict.OtherTransaction, Verify(receipt with { Transaction = transaction with { Claim = claim } }, network));
        Assert.Equal(ReceiptVerdict.OtherTree, Verify(receipt with { PrivateDigest = Hash256.Zero }, network));
        Assert.Equal(ReceiptVerdict.OtherTree, Verify(receipt with { Path = receipt.Path.SetItem(0, Hash256.Zero) }, network));
        Assert.Equal(ReceiptVerdict.Malformed, Verify(receipt with { PublicPart = receipt.PublicPart[1..] }, network));
    }

    [Fact]
    public void Every_flipped_bit_of_a_receipt_is_refused()
    {
        using var network = new TestNetwork();
        byte[] json = Json(Make(network, hasTransaction: true));
        var random = new Random(3);
        for (int at = 0; at < json.Length; at++)
        {
            byte bit = (byte)(1 << random.Next(8));
            json[at] ^= bit;
            Assert.False(ReceiptJson.TryRead(json, out Receipt? receipt) && Verify(receipt, network) == ReceiptVerdict.Holds, $"byte {at}");
            json[at] ^= bit;
        }
        for (int length = 0; length < json.Length; length++) Assert.False(ReceiptJson.TryRead(json.AsMemory(0, length), out _));
    }

    [Fact]
    public void Json_that_is_no_receipt_is_refused()
    {
        using var network = new TestNetwork();
        string good = Encoding.UTF8.GetString(Json(Make(network, hasTransaction: true)));
        string[] bad =
        [
            "", "null", "[]", "{}", "1", "\"\\ud800\"", new string('[', 10_000), good + "x", good.Replace("\"version\":1", "\"version\":2"),
            good.Insert(1, "\"version\":1,"), good.Insert(1, "\"more\":1,"), good.Replace("0x", "0X"), good.Replace("\"position\":5", "\"position\":-1"),
            good.Replace("\"position\":5", "\"position\":65536"), good.Replace("\"node\":\"1\"", "\"node\":\"01\""), good.Replace("\"node\":\"1\"", "\"node\":1"),
        ];
        foreach (string json in bad) Assert.False(ReceiptJson.TryRead(Encoding.UTF8.GetBytes(json), out _), json.Length < 100 ? json : json[..100]);
    }

    [Fact]
    public void Certificates_survive_their_encoding_and_every_flipped_bit_is_refused()
    {
        using var network = new TestNetwork();
        network.AppendBatches([10]);
        QuorumCertificate certificate = network.Certificate(2, 0);
        var writer = new ByteWriter();
        certificate.Write(writer);
        byte[] bytes = writer.ToArray();
        Assert.True(QuorumCertificate.TryRead(bytes, out QuorumCertificate? read));
        Assert.Equal(certificate, read);
        Assert.True(Verify(read!, network));
        for (int bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(QuorumCertificate.TryRead(bytes, out QuorumCertificate? changed) && Verify(changed!, network), $"bit {bit}");
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
        for (int length = 0; length < bytes.Length; length++) Assert.False(QuorumCertificate.TryRead(bytes.AsMemory(0, length), out _));
    }

    private static bool Verify(QuorumCertificate certificate, TestNetwork network) =>
        certificate.Verify(TestNetwork.Id, network.KeyOf, nodes => nodes.Count >= 2, P256Verifier.Instance);

    private static ReceiptVerdict Verify(Receipt receipt, TestNetwork network) =>
        receipt.Verify(TestNetwork.Id, network.KeyOf, network.IsQuorum);

    private static Receipt? Read(byte[] json) => ReceiptJson.TryRead(json, out Receipt? receipt) ? receipt : null;

    private static byte[] Json(Receipt receipt)
    {
        var bytes = new ByteWriter();
        using (var writer = new Utf8JsonWriter(bytes)) ReceiptJson.Write(receipt, writer);
        return bytes.ToArray();
    }

    /// <summary>A ledger on disk, a batch in its middle, and the receipt as the reader of the files makes it.</summary>
    private static Receipt Make(TestNetwork network, bool hasTransaction)
    {
        BatchClaims claims = Claims(9);
        network.AppendBatches(Enumerable.Repeat(200, 12));
        var writer = new ByteWriter();
        new BatchPublicPart(new BatchNumber(13), claims.Root(), claims.Count).Write(writer);
        network.Append(EntryKind.Batch, writer.Span, "hidden"u8);
        LogIndex index = network.Tree.Last;
        network.AppendBatches([5, 6]);
        QuorumCertificate certificate = network.Certificate(0, 2);
        network.AppendCertificate(0, 2);
        network.AppendBatches([7]);
        MemoryDisk disk = ChunkTests.Written(network.Records, 2);
        LedgerReader reader = LedgerOpening.Open(disk, network, new LedgerOpenOptions { ChunkBytes = 1500 }).Reader();
        Assert.Null(reader.TryReadTree(index, certificate.Index, out MerkleLedger? tree));
        Assert.Equal(certificate.Root, tree!.Root);
        Assert.Null(reader.TryReadFrame(index, out ReadOnlyMemory<byte> bytes));
        Assert.True(EntryFrame.TryParse(bytes, out EntryFrame entry));
        ReceiptTransaction? transaction = hasTransaction ? new ReceiptTransaction(claims[5], 5, [.. claims.Path(5)]) : null;
        return Receipt.Create(TestNetwork.Id, in entry, tree, certificate, transaction);
    }

    private static BatchClaims Claims(int count)
    {
        var claims = new BatchClaims();
        for (int i = 0; i < count; i++)
            claims.Add(new TransactionClaim(Sha256.Hash(BitConverter.GetBytes(i)), Sha256.Hash(BitConverter.GetBytes(-i - 1))));
        return claims;
    }
}
