using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coco.Primitives;

namespace Coco.Tee;

/// <summary>
/// Chains that led to a pinned root before, by the digest of all their certificates, and the time in which all of these are valid: a machine
/// shows the same ones each time, and they are most of the work. Nobody can see that they are kept.
/// </summary>
internal sealed class VerifiedChains
{
    private readonly Lock _gate = new();
    private readonly Dictionary<Hash256, Known> _known = [];

    public int Count
    {
        get
        {
            lock (_gate) return _known.Count;
        }
    }

    /// <summary>DER says its own length, so that two lists never run together.</summary>
    public static Hash256 IdOf(IEnumerable<ReadOnlyMemory<byte>> ders)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (ReadOnlyMemory<byte> der in ders) hash.AppendData(der.Span);
        return new Hash256(hash.GetHashAndReset());
    }

    /// <summary>Whether the platform could read these certificates, and under some root they were verified.</summary>
    public bool Has(in Hash256 id)
    {
        lock (_gate) return _known.ContainsKey(id);
    }

    public bool Holds(in Hash256 id, ReadOnlySpan<byte> pinnedKeyDigest, DateTimeOffset now)
    {
        lock (_gate) return _known.TryGetValue(id, out Known? known) && known.Pin.AsSpan().SequenceEqual(pinnedKeyDigest) && now >= known.From && now <= known.Until;
    }

    public void Keep(in Hash256 id, ReadOnlySpan<byte> pinnedKeyDigest, IReadOnlyList<X509Certificate2> certificates)
    {
        var known = new Known(
            pinnedKeyDigest.ToArray(), certificates.Max(one => new DateTimeOffset(one.NotBefore)), certificates.Min(one => new DateTimeOffset(one.NotAfter)));
        lock (_gate)
        {
            if (_known.Count >= Limits.MaxVerifiedChains) _known.Clear();
            _known[id] = known;
        }
    }

    private sealed record Known(byte[] Pin, DateTimeOffset From, DateTimeOffset Until);
}
