using Coco.Ledgers.KeyValue;
using Coco.Ledgers.Tests.Socket;
using Coco.Primitives;

namespace Coco.Ledgers.Tests.KeyValue;

public sealed class KeyValueDecoderTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void What_is_decoded_encodes_to_the_same_bytes(int seed)
    {
        var random = new Random(seed);
        IReadOnlyList<byte[]> valid = KeyValueRequests.Mixed(50, seed);
        int decodedCount = 0;
        for (int i = 0; i < 50_000; i++)
        {
            byte[] bytes = ByteMutator.Mutate(valid[i % 50], random);
            if (!KeyValueTransaction.TryDecode(bytes, out KeyValueTransaction? decoded)) continue;
            decodedCount++;
            var writer = new ByteWriter();
            KeyValueTransaction.EncodeRequest(
                writer, decoded!.Operation, decoded.ExpiresMs, decoded.ClientId.Span, decoded.Key.Span, decoded.Expected,
                decoded.Value);
            Assert.Equal(bytes, writer.ToArray());
        }
        Assert.InRange(decodedCount, 1000, 49_000);
    }

    [Fact]
    public void Lengths_have_limits()
    {
        Assert.True(IsDecoded(new string('i', Limits.MaxIdBytes), new string('k', Limits.MaxKeyBytes), new string('v', Limits.MaxValueBytes)));
        Assert.False(IsDecoded(new string('i', Limits.MaxIdBytes + 1), "k", "v"));
        Assert.False(IsDecoded("", "k", "v"));
        Assert.False(IsDecoded("i", new string('k', Limits.MaxKeyBytes + 1), "v"));
        Assert.False(IsDecoded("i", "", "v"));
        Assert.False(IsDecoded("i", "k", new string('v', Limits.MaxValueBytes + 1)));
    }

    [Fact]
    public void The_digest_tells_requests_apart_but_not_by_their_expiry()
    {
        KeyValueTransaction one = Decode(KeyValueRequests.Put("1", "a", "x", 5));
        Assert.Equal(one.ContentDigest, Decode(KeyValueRequests.Put("1", "a", "x", 6)).ContentDigest);
        Assert.NotEqual(one.ContentDigest, Decode(KeyValueRequests.Put("1", "a", "y", 5)).ContentDigest);
        Assert.Equal(one.Id, Decode(KeyValueRequests.Put("1", "a", "y", 5)).Id);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("{}", true)]
    [InlineData("""{"initial":{"a":"b","c":""}}""", true)]
    [InlineData("[]", false)]
    [InlineData("{", false)]
    [InlineData("""{"other":1}""", false)]
    [InlineData("""{"initial":[]}""", false)]
    [InlineData("""{"initial":{"a":1}}""", false)]
    [InlineData("""{"initial":{"":"x"}}""", false)]
    [InlineData("""{"initial":{"a":"\ud800"}}""", false)]
    public void Settings_are_checked(string settings, bool isValid)
    {
        bool isCreated = new KeyValueLedgerFactory().TryCreate(
            System.Text.Encoding.UTF8.GetBytes(settings), out ILedger? ledger, out string? error);
        Assert.Equal(isValid, isCreated);
        Assert.Equal(isValid, ledger is not null);
        Assert.Equal(isValid, error is null);
        ledger?.Dispose();
    }

    private static bool IsDecoded(string id, string key, string value) =>
        KeyValueTransaction.TryDecode(KeyValueRequests.Put(id, key, value), out _);

    private static KeyValueTransaction Decode(byte[] request)
    {
        Assert.True(KeyValueTransaction.TryDecode(request, out KeyValueTransaction? transaction));
        return transaction!;
    }
}
