using System.Collections.Immutable;
using Coco.Tee;

namespace Coco.Enclave.Tests.Tee;

public sealed class TcbEvaluationTests
{
    [Theory]
    [InlineData(TcbStatus.UpToDate, TcbStatus.UpToDate, TcbStatus.UpToDate)]
    [InlineData(TcbStatus.UpToDate, TcbStatus.OutOfDate, TcbStatus.OutOfDate)]
    [InlineData(TcbStatus.SWHardeningNeeded, TcbStatus.OutOfDate, TcbStatus.OutOfDate)]
    [InlineData(TcbStatus.ConfigurationNeeded, TcbStatus.OutOfDate, TcbStatus.OutOfDateConfigurationNeeded)]
    [InlineData(TcbStatus.ConfigurationAndSWHardeningNeeded, TcbStatus.OutOfDate, TcbStatus.OutOfDateConfigurationNeeded)]
    [InlineData(TcbStatus.OutOfDateConfigurationNeeded, TcbStatus.OutOfDate, TcbStatus.OutOfDateConfigurationNeeded)]
    [InlineData(TcbStatus.UpToDate, TcbStatus.Revoked, TcbStatus.Revoked)]
    [InlineData(TcbStatus.Revoked, TcbStatus.UpToDate, TcbStatus.Revoked)]
    [InlineData(TcbStatus.UpToDate, TcbStatus.NotSupported, TcbStatus.NotSupported)]
    [InlineData(TcbStatus.ConfigurationNeeded, TcbStatus.UpToDate, TcbStatus.ConfigurationNeeded)]
    public void A_component_lowers_the_platforms_status_as_Intel_does(TcbStatus platform, TcbStatus component, TcbStatus merged) =>
        Assert.Equal(merged, platform.LoweredBy(component));

    [Theory]
    [InlineData("UpToDate", true)]
    [InlineData("uptodate", false)]
    [InlineData("1", false)]
    [InlineData("Fine", false)]
    [InlineData(null, false)]
    public void Statuses_are_read_by_their_exact_names(string? text, bool isKnown) => Assert.Equal(isKnown, TcbStatuses.TryParse(text, out _));

    [Fact]
    public void A_module_is_found_by_its_version_and_old_ones_have_the_common_identity()
    {
        var one = new TdxModuleIdentity("TDX_01", [], [], [], []);
        var three = one with { Id = "TDX_03" };
        var old = one with { Id = "" };
        var info = new TcbInfo("TDX", default, default, [], [], 0, [], old, [three, one]);
        Assert.Same(one, TcbEvaluation.ModuleOf(info, Svn(5, 1)));
        Assert.Same(three, TcbEvaluation.ModuleOf(info, Svn(5, 3)));
        Assert.Same(old, TcbEvaluation.ModuleOf(info, Svn(5, 0)));
        Assert.Null(TcbEvaluation.ModuleOf(info, Svn(5, 2)));
    }

    [Fact]
    public void Masked_values_are_compared_under_the_mask_alone()
    {
        ImmutableArray<byte> expected = [0x11, 0x00];
        Assert.True(TcbEvaluation.EqualsMasked([0x15, 0xFF], expected, [0xFB, 0x00]));
        Assert.False(TcbEvaluation.EqualsMasked([0x13, 0xFF], expected, [0xFB, 0x00]));
        Assert.False(TcbEvaluation.EqualsMasked([0x11], expected, [0xFF, 0xFF]));
    }

    private static byte[] Svn(byte minor, byte major) => [minor, major, .. new byte[14]];
}
