using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Tee;

/// <summary>
/// Collateral that was verified before, by its digest: it is the same for all machines of a model, and most of the work. A function
/// of its bytes and the time, so that nobody can see that it is kept.
/// </summary>
internal sealed class CollateralCache
{
    private readonly Lock _gate = new();
    private readonly Dictionary<(Hash256 Json, VendorRoots Roots), VerifiedCollateral> _known = [];

    public int Count
    {
        get
        {
            lock (_gate) return _known.Count;
        }
    }

    public EvidenceRefusal? TryGet(ReadOnlyMemory<byte> json, VendorRoots roots, DateTimeOffset now, out VerifiedCollateral? verified)
    {
        (Hash256, VendorRoots) id = (Sha256.Hash(json.Span), roots);
        lock (_gate)
        {
            if (_known.TryGetValue(id, out verified) && verified.HoldsAt(now)) return null;
        }
        verified = null;
        if (!DcapCollateral.TryRead(json, out DcapCollateral? collateral))
            return new EvidenceRefusal(EvidenceCheck.Format, "the collateral is not in the known form");
        if (VerifiedCollateral.TryVerify(collateral, roots, now, out verified) is { } refusal) return refusal;
        lock (_gate)
        {
            if (_known.Count >= Limits.MaxCachedCollateral) _known.Clear();
            _known[id] = verified!;
        }
        return null;
    }
}
