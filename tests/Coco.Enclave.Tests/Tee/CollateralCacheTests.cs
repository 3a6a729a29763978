using System.Text;
using Coco.Tee;

namespace Coco.Enclave.Tests.Tee;

/// <summary>Kept collateral is a matter of speed alone: every answer is the one that a new look would give.</summary>
public sealed class CollateralCacheTests : IDisposable
{
    private readonly DcapFixture _intel = new();
    private readonly CollateralCache _cache = new();

    public void Dispose() => _intel.Dispose();

    [Fact]
    public void The_same_bytes_are_verified_once_while_they_hold()
    {
        byte[] json = _intel.Collateral(true);
        Assert.Null(Get(json, DcapFixture.Now, out VerifiedCollateral? first));
        Assert.Null(Get([.. json], DcapFixture.Now.AddDays(1), out VerifiedCollateral? second));
        Assert.Same(first, second);
    }

    [Fact]
    public void What_is_kept_is_not_used_before_or_after_its_time()
    {
        byte[] json = _intel.Collateral(true);
        Assert.Null(Get(json, DcapFixture.Now, out VerifiedCollateral? kept));
        Assert.Null(Get(json, kept!.From, out _));
        Assert.Null(Get(json, kept.Until, out _));
        Assert.Equal(EvidenceCheck.CollateralExpired, Get(json, kept.From.AddSeconds(-1), out VerifiedCollateral? early)?.Check);
        Assert.Equal(EvidenceCheck.CollateralExpired, Get(json, kept.Until.AddSeconds(1), out VerifiedCollateral? late)?.Check);
        Assert.True(early is null && late is null);
        // And after a refusal at another time it still holds at its own.
        Assert.Null(Get(json, DcapFixture.Now, out VerifiedCollateral? again));
        Assert.Same(kept, again);
    }

    [Fact]
    public void Other_bytes_and_other_roots_get_nothing_from_it()
    {
        byte[] json = _intel.Collateral(true);
        Assert.Null(Get(json, DcapFixture.Now, out VerifiedCollateral? kept));
        byte[] changed = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(json).Replace("UpToDate", "Uptodate", StringComparison.Ordinal));
        Assert.NotNull(Get(changed, DcapFixture.Now, out _));
        Assert.Equal(EvidenceCheck.Chain, _cache.TryGet(json, VendorRoots.Pinned, DcapFixture.Now, out _)?.Check);
        Assert.Null(Get([.. json, (byte)'\n'], DcapFixture.Now, out VerifiedCollateral? spaced));
        Assert.NotSame(kept, spaced);
    }

    [Fact]
    public void What_was_refused_is_not_kept()
    {
        byte[] json = _intel.Collateral(true, until: DcapFixture.Now.AddDays(-1));
        Assert.Equal(EvidenceCheck.CollateralExpired, Get(json, DcapFixture.Now, out _)?.Check);
        Assert.Null(Get(json, DcapFixture.Now.AddDays(-2), out VerifiedCollateral? then));
        Assert.NotNull(then);
        Assert.Equal(EvidenceCheck.CollateralExpired, Get(json, DcapFixture.Now, out _)?.Check);
    }

    [Fact]
    public void It_stays_small_whatever_comes_and_right_whoever_asks_at_once()
    {
        byte[] json = _intel.Collateral(true);
        Parallel.For(0, 200, number =>
        {
            byte[] one = [.. json, .. Encoding.ASCII.GetBytes(new string(' ', number % 50))];
            Assert.Null(Get(one, DcapFixture.Now, out VerifiedCollateral? verified));
            Assert.Equal(20, verified!.TcbInfo.EvaluationDataNumber);
            Assert.True(_cache.Count <= Coco.Tee.Limits.MaxCachedCollateral);
        });
    }

    private EvidenceRefusal? Get(byte[] json, DateTimeOffset now, out VerifiedCollateral? verified) => _cache.TryGet(json, _intel.Roots, now, out verified);
}
