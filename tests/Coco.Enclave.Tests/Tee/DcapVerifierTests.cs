using System.Text.Json.Nodes;
using Coco.Tee;

namespace Coco.Enclave.Tests.Tee;

/// <summary>Quotes and collateral that nobody publishes, under a root of our own: versions, body types, TCB and identities.</summary>
public sealed class DcapVerifierTests : IDisposable
{
    private readonly DcapFixture _intel = new();

    public void Dispose() => _intel.Dispose();

    [Theory]
    [InlineData(4, 0, true)]
    [InlineData(5, 2, true)]
    [InlineData(5, 3, true)]
    [InlineData(3, 0, false)]
    [InlineData(4, 0, false)]
    [InlineData(5, 1, false)]
    public void Every_version_and_body_type_verifies_and_says_its_measurement(int version, int type, bool isTdx)
    {
        byte[] body = !isTdx ? DcapFixture.Enclave() : type == 3 ? DcapFixture.Td15() : DcapFixture.Td10();
        _intel.QeProduct = isTdx ? 2 : 1;
        byte[] quote = _intel.Quote(version, body, isTdx, type);
        EvidenceVerdict verdict = _intel.Verify(quote, _intel.Collateral(isTdx), isTdx);
        Assert.True(verdict.Holds, $"{verdict.Refusal?.Check}: {verdict.Refusal?.Reason}");
        Assert.Equal(isTdx ? 48 : 32, verdict.Claims.Measurement.Length);
        Assert.Equal(isTdx ? body.AsSpan(520, 64).ToArray() : body.AsSpan(320, 64).ToArray(), verdict.Claims.ReportData.ToArray());
        for (int place = 0; place < quote.Length; place += 7)
        {
            byte[] changed = [.. quote];
            changed[place] ^= 0x20;
            EvidenceVerdict other = _intel.Verify(changed, _intel.Collateral(isTdx), isTdx);
            Assert.False(other.Holds && place != quote.Length - 1, $"byte {place} of {quote.Length} may be anything");
        }
    }

    [Theory]
    [InlineData(5, 1, true)]
    [InlineData(5, 2, false)]
    [InlineData(5, 4, true)]
    [InlineData(5, 0, true)]
    [InlineData(6, 2, true)]
    [InlineData(2, 0, false)]
    public void A_body_of_another_type_than_the_header_or_an_unknown_version_is_refused(int version, int type, bool isTdx)
    {
        byte[] body = isTdx ? DcapFixture.Td10() : DcapFixture.Enclave();
        EvidenceVerdict verdict = _intel.Verify(_intel.Quote(version, body, isTdx, type), _intel.Collateral(isTdx), isTdx);
        Assert.True(verdict.Refusal?.Check is EvidenceCheck.Format or EvidenceCheck.ReportVersion, verdict.Refusal?.Reason);
    }

    [Theory]
    [InlineData(4, "UpToDate", TcbStatus.UpToDate)]
    [InlineData(5, "UpToDate", TcbStatus.UpToDate)]
    [InlineData(5, "SWHardeningNeeded", TcbStatus.SWHardeningNeeded)]
    [InlineData(5, "ConfigurationNeeded", TcbStatus.ConfigurationNeeded)]
    [InlineData(5, "Revoked", TcbStatus.Revoked)]
    [InlineData(5, "OutOfDate", TcbStatus.OutOfDate)]
    public void A_status_that_the_policy_does_not_name_is_refused(int version, string status, TcbStatus named)
    {
        byte[] quote = _intel.Quote(version, DcapFixture.Td10(), isTdx: true, type: 2);
        byte[] collateral = _intel.Collateral(true, info => info["tcbLevels"]![0]!["tcbStatus"] = status);
        Assert.Equal(named == TcbStatus.UpToDate ? null : EvidenceCheck.Tcb, _intel.Verify(quote, collateral, true).Refusal?.Check);
        TeePolicy lenient = _intel.Policy with { Tdx = _intel.Policy.Tdx with { Statuses = [named] } };
        Assert.Equal(named != TcbStatus.Revoked, _intel.Verify(quote, collateral, true, lenient).Holds);
    }

    [Fact]
    public void An_old_module_at_the_guests_start_asks_for_a_relaunch_where_the_host_has_a_new_one()
    {
        byte[] body = DcapFixture.Td15();
        body[0] = 3; // the module at launch is out of date, TEE_TCB_SVN_2 is not
        byte[] quote = _intel.Quote(5, body, isTdx: true, type: 3);
        byte[] collateral = _intel.Collateral(true);
        Assert.Equal(EvidenceCheck.Tcb, _intel.Verify(quote, collateral, true).Refusal?.Check);
        TeePolicy lenient = _intel.Policy with { Tdx = _intel.Policy.Tdx with { Statuses = [TcbStatus.TDRelaunchAdvised] } };
        Assert.True(_intel.Verify(quote, collateral, true, lenient).Holds);
        body[584] = 3;
        Assert.False(_intel.Verify(_intel.Quote(5, body, true, 3), collateral, true, lenient).Holds);
        body[0] = 1;
        Assert.Contains("Revoked", _intel.Verify(_intel.Quote(5, body, true, 3), collateral, true, lenient).Refusal?.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(EvidenceCheck.Debug)]
    [InlineData(EvidenceCheck.TdAttributes)]
    [InlineData(EvidenceCheck.ServiceTd)]
    [InlineData(EvidenceCheck.TdxModule)]
    [InlineData(EvidenceCheck.Measurement)]
    [InlineData(EvidenceCheck.ReportData)]
    public void A_guest_that_its_host_can_reach_or_that_is_another_is_refused_by_name(string check)
    {
        byte[] body = DcapFixture.Td15();
        TeePolicy policy = _intel.Policy;
        switch (check)
        {
            case EvidenceCheck.Debug: body[120] = 1; break;
            case EvidenceCheck.TdAttributes: body[123] = 0x30; break;
            case EvidenceCheck.ServiceTd: body[600] = 1; break;
            case EvidenceCheck.TdxModule: body[64] = 1; break;
            case EvidenceCheck.Measurement: policy = policy with { IsAnyMeasurementAccepted = false, Measurements = [new string('0', 96)] }; break;
            default: policy = policy with { ReportData = [.. new byte[64]] }; break;
        }
        Assert.Equal(check, _intel.Verify(_intel.Quote(5, body, true, 3), _intel.Collateral(true), true, policy).Refusal?.Check);
    }

    [Theory]
    [InlineData("revoked", EvidenceCheck.Revoked)]
    [InlineData("revoked CA", EvidenceCheck.Revoked)]
    [InlineData("expired", EvidenceCheck.CollateralExpired)]
    [InlineData("future", EvidenceCheck.CollateralExpired)]
    [InlineData("other model", EvidenceCheck.Fmspc)]
    [InlineData("other kind", EvidenceCheck.TcbInfoType)]
    [InlineData("old evaluation", EvidenceCheck.Tcb)]
    [InlineData("other QE", EvidenceCheck.QeIdentity)]
    [InlineData("QE attributes", EvidenceCheck.QeIdentity)]
    [InlineData("QE out of date", EvidenceCheck.Tcb)]
    [InlineData("QE version", EvidenceCheck.QeIdentitySignature)]
    [InlineData("TCB version", EvidenceCheck.TcbInfoSignature)]
    [InlineData("no level", EvidenceCheck.Tcb)]
    [InlineData("another root", EvidenceCheck.Chain)]
    public void Collateral_that_says_no_or_is_not_of_this_machine_and_time_is_refused_by_name(string what, string check)
    {
        using var other = new DcapFixture();
        byte[] collateral = what switch
        {
            "revoked" => _intel.Collateral(true, revoked: DcapFixture.PckSerial),
            "revoked CA" => _intel.Collateral(true, revokedCa: DcapFixture.CaSerial),
            "expired" => _intel.Collateral(true, until: DcapFixture.Now.AddDays(-1)),
            "future" => _intel.Collateral(true, info => info["issueDate"] = "2026-11-21T00:00:00Z"),
            "other model" => _intel.Collateral(true, info => info["fmspc"] = "00906ED50000"),
            "other kind" => _intel.Collateral(false),
            "old evaluation" => _intel.Collateral(true, qe: identity => identity["tcbEvaluationDataNumber"] = 16),
            "other QE" => _intel.Collateral(true, qe: identity => identity["mrsigner"] = new string('A', 64)),
            "QE attributes" => _intel.Collateral(true, qe: identity => identity["attributes"] = "12" + new string('0', 30)),
            "QE out of date" => _intel.Collateral(true, qe: identity => identity["tcbLevels"]![0]!["tcb"]!["isvsvn"] = 9),
            "QE version" => _intel.Collateral(true, qe: identity => identity["version"] = 1),
            "TCB version" => _intel.Collateral(true, info => info["version"] = 4),
            "no level" => _intel.Collateral(true, NoLevel),
            _ => other.Collateral(true),
        };
        TeePolicy policy = _intel.Policy with { Tdx = _intel.Policy.Tdx with { MinTcbEvaluationDataNumber = 18 } };
        EvidenceVerdict verdict = _intel.Verify(_intel.Quote(4, DcapFixture.Td10(), true), collateral, true, policy);
        Assert.True(check == verdict.Refusal?.Check, $"{verdict.Refusal?.Check}: {verdict.Refusal?.Reason}");
    }

    [Fact]
    public void Quotes_with_much_or_no_authentication_data_and_padding_behind_them_verify()
    {
        byte[] collateral = _intel.Collateral(true);
        foreach (int size in (int[])[0, 1, 500])
            Assert.True(_intel.Verify([.. _intel.Quote(4, DcapFixture.Td10(), true, qeAuthData: new byte[size]), .. new byte[3000]], collateral, true).Holds, $"{size} bytes");
    }

    private static void NoLevel(JsonObject info)
    {
        foreach (JsonNode? level in (JsonArray)info["tcbLevels"]!) level!["tcb"]!["pcesvn"] = 14;
    }
}
