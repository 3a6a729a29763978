using Coco.Primitives;
using Coco.Worker;

namespace Coco.Enclave.Tests.Worker;

public sealed class BatchPlacesTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Each_batch_is_found_where_it_was_applied(int seed)
    {
        var random = new Random(seed);
        var places = new BatchPlaces();
        var expected = new SortedDictionary<ulong, ulong>();
        ulong first = (ulong)random.Next(3);
        ulong index = first + 1;
        for (ulong batch = first; batch < first + 500; batch++)
        {
            index += random.Next(10) == 0 ? (ulong)random.Next(1, 5) : 1;
            places.Add(new BatchNumber(batch), new LogIndex(index));
            expected.Add(batch, index);
        }
        foreach ((ulong batch, ulong at) in expected)
        {
            Assert.True(places.TryFind(new BatchNumber(batch), out LogIndex found));
            Assert.Equal(at, found.Value);
        }
        if (first > 0) Assert.False(places.TryFind(new BatchNumber(first - 1), out _));
        Assert.False(places.TryFind(new BatchNumber(first + 500), out _));
        Assert.False(places.TryFind(new BatchNumber(ulong.MaxValue), out _));
    }

    [Fact]
    public void Nothing_is_found_before_the_first() => Assert.False(new BatchPlaces().TryFind(new BatchNumber(0), out _));
}
