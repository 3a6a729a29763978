using System.Text;
using Coco.Primitives;
using Coco.Store;

namespace Coco.Core.Tests.Store;

/// <summary>The plainest store that could be right: a sorted dictionary of all maps for each version.</summary>
internal sealed class StoreModel
{
    public static readonly MapDescription[] Maps =
    [
        new(new MapId(1), "accounts", MapKind.Hash),
        new(new MapId(2), "names", MapKind.Ordered),
        new(new MapId(7), "code", MapKind.Hash),
    ];

    public static readonly MapId Ordered = new(2);

    private readonly List<SortedDictionary<string, byte[]>> _versions = [];

    public SortedDictionary<string, byte[]> this[BatchNumber version] => _versions[(int)version.Value];

    public SortedDictionary<string, byte[]> Head => _versions.Count == 0 ? New() : _versions[^1];

    public void Add(SortedDictionary<string, byte[]> version) => _versions.Add(version);

    public void RollBackTo(int count) => _versions.RemoveRange(count, _versions.Count - count);

    public static SortedDictionary<string, byte[]> New() => new(StringComparer.Ordinal);

    public static SortedDictionary<string, byte[]> Copy(SortedDictionary<string, byte[]> from) =>
        new(from, StringComparer.Ordinal);

    /// <summary>Map number and key bytes as characters, so that ordinal order is canonical order.</summary>
    public static string KeyOf(MapId map, ReadOnlySpan<byte> key) => (char)map.Value + Encoding.Latin1.GetString(key);

    public static (MapId Map, byte[] Key) Split(string key) => (new MapId(key[0]), Encoding.Latin1.GetBytes(key[1..]));

    /// <summary>Compares all keys of a view with the model's version, and walks the ordered map.</summary>
    public static void AssertEqual(SortedDictionary<string, byte[]> expected, IReadView view, IEnumerable<string> others)
    {
        foreach ((string name, byte[] value) in expected)
        {
            (MapId map, byte[] key) = Split(name);
            Assert.True(view.TryGet(map, key, out ReadOnlySpan<byte> found));
            Assert.True(found.SequenceEqual(value));
        }
        foreach (string name in others)
        {
            (MapId map, byte[] key) = Split(name);
            if (!expected.ContainsKey(name)) Assert.False(view.TryGet(map, key, out _));
        }
        AssertRangeEqual(expected, view);
    }

    private static void AssertRangeEqual(SortedDictionary<string, byte[]> expected, IReadView view)
    {
        byte[] from = [];
        foreach ((string name, byte[] value) in expected.Where(pair => pair.Key[0] == Ordered.Value))
        {
            Assert.True(view.TryGetNext(Ordered, from, out ReadOnlySpan<byte> key, out ReadOnlySpan<byte> found));
            Assert.Equal(name, KeyOf(Ordered, key));
            Assert.True(found.SequenceEqual(value));
            from = [.. key, 0];
        }
        Assert.False(view.TryGetNext(Ordered, from, out _, out _));
    }
}
