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
    [InlineData(5, 4, true)]
    [InlineData(3, 0, false)]
    [InlineData(4, 0, false)]
    [InlineData(5, 1, false)]
    public void Every_version_and_body_type_verifies_and_says_its_measurement(int version, int type, bool isTdx)
    {
        byte[] body = !isTdx ? DcapFixture.Enclave() : type == 3 ? DcapFixture.Td15() : type == 4 ? DcapFixture.Td15Ex() : DcapFixture.Td10();
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

    /// <summary>As Intel's library decides it (checkForRelaunch): the module at launch out of date, and everything else fine by now.</summary>
    [Theory]
    [InlineData("as it is", TcbStatus.TDRelaunchAdvised)]
    [InlineData("hardening", TcbStatus.TDRelaunchAdvised)]
    [InlineData("configuration", TcbStatus.TDRelaunchAdvisedConfigurationNeeded)]
    [InlineData("module not the newest", TcbStatus.OutOfDate)]
    [InlineData("loader not the newest", TcbStatus.OutOfDate)]
    [InlineData("another module", TcbStatus.TDRelaunchAdvised)]
    [InlineData("unknown module", TcbStatus.NotSupported)]
    [InlineData("processor out of date", TcbStatus.OutOfDate)]
    [InlineData("level revoked", TcbStatus.Revoked)]
    [InlineData("quoting enclave out of date", TcbStatus.OutOfDate)]
    [InlineData("module of version 0", TcbStatus.TDRelaunchAdvised)]
    [InlineData("old module of version 0", TcbStatus.OutOfDate)]
    public void A_relaunch_is_advised_where_Intel_advises_it(string what, TcbStatus status)
    {
        byte[] body = DcapFixture.Td15();
        body[0] = 3;
        switch (what)
        {
            case "module not the newest": body[584] = 4; break;
            case "loader not the newest": body[586] = 6; break;
            case "another module": (body[584], body[585]) = (5, 3); break;
            case "unknown module": body[585] = 9; break;
            case "module of version 0": (body[584], body[585]) = (2, 0); break;
            case "old module of version 0": (body[584], body[585]) = (1, 0); break;
            default: break;
        }
        byte[] collateral = _intel.Collateral(
            true,
            info =>
            {
                JsonNode best = info["tcbLevels"]![0]!, worse = info["tcbLevels"]![1]!;
                best["tcb"]!["tdxtcbcomponents"]![0]!["svn"] = 2;
                if (what == "hardening") best["tcbStatus"] = "SWHardeningNeeded";
                if (what == "configuration") best["tcbStatus"] = "ConfigurationNeeded";
                if (what is "processor out of date") best["tcb"]!["pcesvn"] = 14;
                if (what == "level revoked")
                {
                    // The guest's own level; what the processor reaches by itself is the best one.
                    best["tcb"]!["tdxtcbcomponents"]![2]!["svn"] = 7;
                    body[2] = 3;
                    worse["tcbStatus"] = "Revoked";
                }
            },
            qe => qe["tcbLevels"]![0]!["tcb"]!["isvsvn"] = what == "quoting enclave out of date" ? 9 : 8);
        EvidenceVerdict verdict = _intel.Verify(_intel.Quote(5, body, isTdx: true, type: 3), collateral, true);
        Assert.Contains($"the platform's TCB is {status}", verdict.Refusal?.Reason, StringComparison.Ordinal);
        TeePolicy lenient = _intel.Policy with { Tdx = _intel.Policy.Tdx with { Statuses = [TcbStatus.TDRelaunchAdvised, TcbStatus.TDRelaunchAdvisedConfigurationNeeded] } };
        Assert.Equal(status is TcbStatus.TDRelaunchAdvised or TcbStatus.TDRelaunchAdvisedConfigurationNeeded, _intel.Verify(_intel.Quote(5, body, true, 3), collateral, true, lenient).Holds);
    }

    [Theory]
    [InlineData(648, 1, EvidenceCheck.TdAttributes)]
    [InlineData(729, 1, EvidenceCheck.ServiceTd)]
    [InlineData(829, 1, EvidenceCheck.ServiceTd)]
    [InlineData(600, 1, EvidenceCheck.ServiceTd)]
    [InlineData(681, 1, null)]
    [InlineData(700, 0, null)]
    public void An_extended_report_of_a_part_of_the_guest_or_of_one_that_was_migrated_is_refused(int place, byte value, string? check)
    {
        byte[] body = DcapFixture.Td15Ex();
        body[place] = value;
        EvidenceVerdict verdict = _intel.Verify(_intel.Quote(5, body, true, 4), _intel.Collateral(true), true);
        Assert.Equal(check, verdict.Refusal?.Check);
        TeePolicy allowed = _intel.Policy with { Tdx = _intel.Policy.Tdx with { ServiceTds = ["01" + new string('0', 94)] } };
        if (check == EvidenceCheck.ServiceTd) Assert.True(_intel.Verify(_intel.Quote(5, body, true, 4), _intel.Collateral(true), true, allowed).Holds);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    public void A_quote_without_its_platforms_certificates_verifies_with_those_that_came_beside_it(int certification)
    {
        byte[] quote = _intel.Quote(4, DcapFixture.Td10(), isTdx: true, certification: certification);
        string? missing = certification switch { 5 => null, 4 => EvidenceCheck.Chain, _ => EvidenceCheck.Collateral };
        Assert.Equal(missing, VerifyWith([]).Refusal?.Check);
        EvidenceVerdict verdict = VerifyWith(_intel.PlatformCertificates[(certification == 4 ? 1 : 0)..]);
        Assert.True(verdict.Holds, verdict.Refusal?.Reason);
        using var other = new DcapFixture();
        Assert.Equal(certification == 5, VerifyWith(other.PlatformCertificates).Holds);

        EvidenceVerdict VerifyWith(byte[][] certificates)
        {
            EvidenceBundle bundle = new EvidenceBundle().Add(EvidencePart.Report, quote).Add(EvidencePart.Collateral, _intel.Collateral(true));
            foreach (byte[] der in certificates) bundle.Add(EvidencePart.Certificate, der);
            return DcapVerifier.Tdx.Verify(bundle, _intel.Policy, DcapFixture.Now);
        }
    }

    [Fact]
    public void The_type_of_certification_data_which_nobody_signs_is_not_free_to_choose()
    {
        byte[] quote = _intel.Quote(4, DcapFixture.Td10(), isTdx: true);
        int type = quote.AsSpan().LastIndexOf("-----BEGIN CERTIFICATE-----"u8);
        for (int before = 0; before < 2; before++) type = quote.AsSpan(0, type).LastIndexOf("-----BEGIN CERTIFICATE-----"u8);
        Assert.Equal(5, quote[type - 6]);
        for (int other = 0; other < 256; other++)
        {
            quote[type - 6] = (byte)other;
            Assert.Equal(other == 5, _intel.Verify(quote, _intel.Collateral(true), true).Holds);
        }
    }

    [Fact]
    public void Another_platform_certificate_of_Intels_does_not_fit_a_quote_without_one()
    {
        byte[] quote = _intel.Quote(4, DcapFixture.Td10(), isTdx: true, certification: 1);
        EvidenceBundle bundle = new EvidenceBundle().Add(EvidencePart.Report, quote).Add(EvidencePart.Collateral, _intel.Collateral(true))
            .Add(EvidencePart.Certificate, _intel.PlatformCertificates[1]).Add(EvidencePart.Certificate, _intel.PlatformCertificates[2]);
        Assert.Equal(EvidenceCheck.Chain, DcapVerifier.Tdx.Verify(bundle, _intel.Policy, DcapFixture.Now).Refusal?.Check);
    }

    [Fact]
    public void Chains_of_collateral_may_be_in_any_order_and_only_Intels_signer_of_TCB_info_signs_it()
    {
        string info = System.Text.Encoding.UTF8.GetString(_intel.TcbInfo(true)), identity = System.Text.Encoding.UTF8.GetString(_intel.QeIdentity(true));
        byte[] quote = _intel.Quote(4, DcapFixture.Td10(), isTdx: true);
        EvidenceVerdict turned = _intel.Verify(quote, _intel.CollateralOf(info, identity, isRootFirst: true), true);
        Assert.True(turned.Holds, turned.Refusal?.Reason);
        EvidenceVerdict own = _intel.Verify(quote, _intel.CollateralOf(info, identity, isByPlatform: true), true);
        Assert.Equal(EvidenceCheck.Chain, own.Refusal?.Check);
        Assert.Contains("Intel SGX TCB Signing", own.Refusal?.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(EvidenceCheck.Debug)]
    [InlineData(EvidenceCheck.TdAttributes)]
    [InlineData(EvidenceCheck.ServiceTd)]
    [InlineData(EvidenceCheck.TdxModule)]
    [InlineData("seam attributes")]
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
            case "seam attributes": (body[112], check) = (1, EvidenceCheck.TdxModule); break;
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
    [InlineData("TCB type", EvidenceCheck.TcbInfoSignature)]
    [InlineData("QE with a status of platforms", EvidenceCheck.Tcb)]
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
            "TCB type" => _intel.Collateral(true, info => info["tcbType"] = 1),
            "QE with a status of platforms" => _intel.Collateral(true, qe: identity => identity["tcbLevels"]![0]!["tcbStatus"] = "SWHardeningNeeded"),
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

    [Fact]
    public void Intels_answers_file_by_file_make_the_same_collateral()
    {
        byte[] quote = _intel.Quote(4, DcapFixture.Td10(), isTdx: true);
        byte[] collateral = _intel.Collateral(true);
        Assert.True(DcapCollateral.TryRead(collateral, out DcapCollateral? parts));
        byte[] info = Answer("tcbInfo", parts.TcbInfo, parts.TcbInfoSignature), identity = Answer("enclaveIdentity", parts.QeIdentity, parts.QeIdentitySignature);
        byte[] pck = System.Text.Encoding.ASCII.GetBytes(System.Security.Cryptography.PemEncoding.WriteString("X509 CRL", parts.PckCrl));
        byte[][] files = [info, parts.TcbInfoIssuerChain, identity, pck, quote, System.Text.Encoding.ASCII.GetBytes(Convert.ToHexString(parts.RootCaCrl))];
        for (int first = 0; first < files.Length; first++)
        {
            EvidenceVerdict verdict = DcapVerifier.Tdx.Verify(Coco.Client.EvidenceFiles.ReadBundle([.. files[first..], .. files[..first]]), _intel.Policy, DcapFixture.Now);
            Assert.True(verdict.Holds, verdict.Refusal?.Reason);
            if (first != 4) Assert.Throws<Coco.Client.UnknownEvidenceException>(() => Coco.Client.EvidenceFiles.ReadBundle(files.Where((_, place) => place != first)));
        }
        Assert.Throws<Coco.Client.UnknownEvidenceException>(() => Coco.Client.EvidenceFiles.ReadBundle([.. files, info]));
        Assert.Throws<Coco.Client.UnknownEvidenceException>(() => Coco.Client.EvidenceFiles.ReadBundle([.. files, collateral]));
    }

    [Fact]
    public void The_quote_of_an_agents_answer_is_read()
    {
        byte[] quote = _intel.Quote(4, DcapFixture.Td10(), isTdx: true);
        foreach (string text in (string[])[Convert.ToBase64String(quote), Convert.ToHexStringLower(quote)])
        {
            byte[] answer = System.Text.Encoding.UTF8.GetBytes($"{{\"quote\":\"{text}\",\"event_log\":[1]}}");
            Assert.True(DcapVerifier.Tdx.Verify(Coco.Client.EvidenceFiles.ReadBundle([_intel.Collateral(true), answer]), _intel.Policy, DcapFixture.Now).Holds);
        }
        byte[] noQuote = System.Text.Encoding.UTF8.GetBytes($"{{\"quote\":\"{Convert.ToBase64String(new byte[600])}\"}}");
        Assert.Throws<Coco.Client.UnknownEvidenceException>(() => Coco.Client.EvidenceFiles.ReadBundle([noQuote]));
    }

    [Fact]
    public void Collateral_of_C_programs_has_zeros_behind_its_texts_and_lists_as_PEM()
    {
        byte[] quote = _intel.Quote(4, DcapFixture.Td10(), isTdx: true);
        JsonObject collateral = JsonNode.Parse(_intel.Collateral(true))!.AsObject();
        foreach (string name in (string[])["pck_crl", "root_ca_crl"])
        {
            byte[] der = Convert.FromHexString(collateral[name]!.GetValue<string>());
            collateral[name] = System.Security.Cryptography.PemEncoding.WriteString("X509 CRL", der) + "\n";
        }
        foreach (string name in collateral.Select(field => field.Key).ToArray()) collateral[name] = collateral[name]!.GetValue<string>() + "\0";
        EvidenceVerdict verdict = _intel.Verify(quote, System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(collateral), true);
        Assert.True(verdict.Holds, verdict.Refusal?.Reason);
        collateral["pck_crl"] = collateral["pck_crl"]!.GetValue<string>() + collateral["root_ca_crl"]!.GetValue<string>();
        Assert.Equal(EvidenceCheck.Format, _intel.Verify(quote, System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(collateral), true).Refusal?.Check);
    }

    private static byte[] Answer(string name, byte[] signed, byte[] signature) =>
        System.Text.Encoding.UTF8.GetBytes($"{{\"{name}\":{System.Text.Encoding.UTF8.GetString(signed)},\"signature\":\"{Convert.ToHexStringLower(signature)}\"}}");

    private static void NoLevel(JsonObject info)
    {
        foreach (JsonNode? level in (JsonArray)info["tcbLevels"]!) level!["tcb"]!["pcesvn"] = 14;
    }
}
