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
    [InlineData(TcbStatus.UpToDate, TcbStatus.ConfigurationNeeded, TcbStatus.NotSupported)]
    [InlineData(TcbStatus.UpToDate, TcbStatus.SWHardeningNeeded, TcbStatus.NotSupported)]
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

    [Fact]
    public void The_older_TCB_info_of_SGX_is_read_with_its_components_one_by_one()
    {
        string components = string.Concat(Enumerable.Range(1, 16).Select(part => $"\"sgxtcbcomp{part:D2}svn\":{part},"));
        string Json(string tcb) => """
            {"version":2,"issueDate":"2025-06-01T00:00:00Z","nextUpdate":"2025-07-01T00:00:00Z","fmspc":"00606A000000","pceId":"0000","tcbType":0,"tcbEvaluationDataNumber":12,
             "tcbLevels":[{"tcb":{TCB"pcesvn":13},"tcbDate":"2024-03-13T00:00:00Z","tcbStatus":"UpToDate","somethingNew":[1]}],"newer":{"than":"this"}}
            """.Replace("TCB", tcb, StringComparison.Ordinal);
        Assert.True(TcbInfo.TryRead(System.Text.Encoding.UTF8.GetBytes(Json(components)), out TcbInfo? info));
        Assert.Equal(("SGX", 13), (info.Id, info.Levels[0].Svn));
        Assert.Equal(Enumerable.Range(1, 16).Select(part => (byte)part), info.Levels[0].Sgx);
        Assert.False(TcbInfo.TryRead(System.Text.Encoding.UTF8.GetBytes(Json(components.Replace("\"sgxtcbcomp16svn\":16,", "", StringComparison.Ordinal))), out _));
    }

    [Fact]
    public void Collateral_may_have_more_fields_than_are_read_and_none_twice()
    {
        if (Vectors.Read("dcap/tdx-v4/collateral.json") is not { } bytes) return;
        string json = System.Text.Encoding.UTF8.GetString(bytes).TrimEnd();
        bool IsRead(string more) => DcapCollateral.TryRead(System.Text.Encoding.UTF8.GetBytes(json[..^1] + more + "}"), out _);
        Assert.True(IsRead(",\"version\":4,\"fetched\":{\"at\":\"today\"}"));
        Assert.False(IsRead(",\"pck_crl\":\"00\""));
        Assert.False(IsRead(",\"tcb_info\":null"));
    }

    private static byte[] Svn(byte minor, byte major) => [minor, major, .. new byte[14]];
}
