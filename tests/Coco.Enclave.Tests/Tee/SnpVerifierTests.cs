using Coco.Tee;

namespace Coco.Enclave.Tests.Tee;

public sealed class SnpVerifierTests
{
    private static readonly SnpFixture Amd = new();

    [Fact]
    public void A_report_of_version_5_of_a_Turin_is_accepted()
    {
        EvidenceVerdict verdict = Verify(Amd.Report());
        Assert.True(verdict.Holds, verdict.Refusal?.Reason);
        Assert.Contains(verdict.Claims.Details, detail => detail is { Name: "product", Value: "Turin" });
        Assert.True(Verify(Amd.Report(report => report[0] = 4)).Holds);
        Assert.Contains(verdict.Claims.Warnings, warning => warning.Contains("revocation", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0, 6, EvidenceCheck.ReportVersion)]
    [InlineData(0, 1, EvidenceCheck.ReportVersion)]
    [InlineData(0x0A, 0x0B, EvidenceCheck.Debug)]
    [InlineData(0x0A, 0x07, EvidenceCheck.MigrationAgent)]
    [InlineData(0x165, 0x00, EvidenceCheck.MigrationAgent)]
    [InlineData(0x0A, 0x01, EvidenceCheck.GuestPolicy)]
    [InlineData(0x30, 1, EvidenceCheck.Vmpl)]
    [InlineData(0x30, 4, EvidenceCheck.Vmpl)]
    [InlineData(0x34, 2, EvidenceCheck.Signature)]
    [InlineData(0x48, 0x04, EvidenceCheck.SigningKey)]
    [InlineData(0x48, 0x1C, EvidenceCheck.SigningKey)]
    [InlineData(0x188, 0x19, EvidenceCheck.Product)]
    [InlineData(0x189, 0x20, EvidenceCheck.Product)]
    [InlineData(0x1A0, 0x77, EvidenceCheck.ChipId)]
    [InlineData(0x1C0, 0x01, EvidenceCheck.ChipId)]
    [InlineData(0x180, 0x02, EvidenceCheck.Tcb)]
    [InlineData(0x220, 0x01, EvidenceCheck.Format)]
    public void A_genuine_report_with_a_bad_field_is_refused_by_the_check_of_that_field(int place, byte value, string check) =>
        Assert.Equal(check, Verify(Amd.Report(report => report[place] = value)).Refusal?.Check);

    [Fact]
    public void Each_rule_of_the_policy_refuses_by_its_name()
    {
        Check(EvidenceCheck.Product, policy => policy with { Products = [SnpProduct.Genoa] });
        Check(EvidenceCheck.ChipId, policy => policy with { ChipIds = ["00"] });
        Check(EvidenceCheck.GuestPolicy, policy => policy with { IsSmtAllowed = false });
        Check(EvidenceCheck.PlatformInfo, policy => policy with { IsAliasCheckRequired = true });
        Check(EvidenceCheck.HostData, policy => policy with { HostData = [1] });
        Check(EvidenceCheck.Signer, policy => policy with { SignerKeyDigests = ["aa"] });
        Check(EvidenceCheck.Svn, policy => policy with { MinGuestSvn = 1 });
        Check(EvidenceCheck.Collateral, policy => policy with { IsRevocationListRequired = true });
        Check(EvidenceCheck.Tcb, policy => policy with { MinimumTcb = [new SnpMinimumTcb(SnpProduct.Turin, [1, 2, 0, 5, 0, 0, 0, 0])] });
        Check(null, policy => policy with { MinimumTcb = [new SnpMinimumTcb(SnpProduct.Milan, [9, 9, 9, 9, 9, 9, 9, 9])] });
        Check(null, policy => policy with { MinimumTcb = [new SnpMinimumTcb(null, [.. SnpFixture.TurinTcb])], ChipIds = ["0102030405060708"] });
        byte[] zeros = new byte[64];
        Assert.Equal(EvidenceCheck.ReportData, Verify(Amd.Report(), Amd.Policy with { ReportData = [.. zeros] }).Refusal?.Check);
        Assert.Equal(EvidenceCheck.Measurement, Verify(Amd.Report(), Amd.Policy with { IsAnyMeasurementAccepted = false }).Refusal?.Check);

        void Check(string? check, Func<SevSnpPolicy, SevSnpPolicy> change) =>
            Assert.Equal(check, Verify(Amd.Report(), Amd.Policy with { SevSnp = change(Amd.Policy.SevSnp) }).Refusal?.Check);
    }

    [Theory]
    [InlineData(0x1E0)]
    [InlineData(0x1F0)]
    public void A_committed_or_launch_TCB_below_the_minimum_is_refused(int place)
    {
        TeePolicy policy = Amd.Policy with { SevSnp = Amd.Policy.SevSnp with { MinimumTcb = [new SnpMinimumTcb(null, [.. SnpFixture.TurinTcb])] } };
        Assert.True(Verify(Amd.Report(), policy).Holds);
        Assert.Equal(EvidenceCheck.Tcb, Verify(Amd.Report(report => report[place + 7]--), policy).Refusal?.Check);
    }

    [Fact]
    public void The_certificate_must_be_of_this_TCB_chip_and_product()
    {
        Assert.Equal(EvidenceCheck.Tcb, Verify(Amd.Report(), vcek: Amd.Vcek(tcb: [1, 2, 0, 5, 0, 0, 0, 0x47])).Refusal?.Check);
        Assert.Equal(EvidenceCheck.ChipId, Verify(Amd.Report(), vcek: Amd.Vcek(hardwareId: [8, 7, 6, 5, 4, 3, 2, 1])).Refusal?.Check);
        Assert.Equal(EvidenceCheck.Product, Verify(Amd.Report(), vcek: Amd.Vcek(product: "Genoa")).Refusal?.Check);
        Assert.True(Verify(Amd.Report(), vcek: Amd.Vcek(hardwareId: [0x04, 0x08, .. SnpFixture.Chip])).Holds);
    }

    [Fact]
    public void A_clouds_key_signs_only_where_it_is_allowed()
    {
        byte[] report = Amd.Report(bytes =>
        {
            bytes[0x48] = 0x04;
            bytes.AsSpan(0x1A0, 64).Clear();
        });
        byte[] vlek = Amd.Vcek(cspId: "CN=cloud");
        Assert.Equal(EvidenceCheck.SigningKey, Verify(report, vcek: vlek).Refusal?.Check);
        TeePolicy allowed = Amd.Policy with { SevSnp = Amd.Policy.SevSnp with { IsVlekAllowed = true } };
        Assert.True(Verify(report, allowed, vlek).Holds);
        Assert.Equal(EvidenceCheck.CspId, Verify(report, allowed with { SevSnp = allowed.SevSnp with { CspIds = ["CN=other"] } }, vlek).Refusal?.Check);
    }

    [Fact]
    public void Revocation_lists_count_when_they_come()
    {
        Assert.True(WithList(Amd.List(isRevoked: false)).Holds);
        Assert.Equal(EvidenceCheck.Revoked, WithList(Amd.List(isRevoked: true)).Refusal?.Check);
        Assert.Equal(EvidenceCheck.CollateralExpired, WithList(Amd.List(false, SnpFixture.Now.AddDays(-1))).Refusal?.Check);
        Assert.Equal(EvidenceCheck.CrlIssuer, WithList(Amd.List(false, isOfIntermediate: true)).Refusal?.Check);

        EvidenceVerdict WithList(byte[] der) => SevSnpVerifier.Verify(Amd.Bundle(Amd.Report()).Add(EvidencePart.RevocationList, der), Amd.Policy, SnpFixture.Now);
    }

    [Fact]
    public void No_flipped_bit_of_a_revocation_list_is_accepted()
    {
        byte[] list = Amd.List(isRevoked: false);
        Assert.Null(Refusal(list));
        for (int bit = 0; bit < list.Length * 8; bit++)
        {
            list[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.True(Refusal(list) is not null, $"bit {bit % 8} of byte {bit / 8} may be anything");
            list[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        EvidenceRefusal? Refusal(byte[] der) => RevocationList.TryRead(der.ToArray(), out RevocationList? read)
            ? read.Verify(Amd.Root, SnpFixture.Now) : new EvidenceRefusal(EvidenceCheck.Format, "");
    }

    [Fact]
    public void The_vendors_pinned_roots_do_not_accept_it() =>
        Assert.Equal(EvidenceCheck.Chain, Verify(Amd.Report(), EvidencePolicyDefaults.Any).Refusal?.Check);

    [Theory]
    [InlineData(0x19, 0x01, SnpProduct.Milan)]
    [InlineData(0x19, 0x11, SnpProduct.Genoa)]
    [InlineData(0x19, 0xA0, SnpProduct.Genoa)]
    [InlineData(0x1A, 0x02, SnpProduct.Turin)]
    [InlineData(0x1A, 0x12, null)]
    [InlineData(0x17, 0x01, null)]
    public void Processors_are_known_by_family_and_model(byte family, byte model, SnpProduct? product) =>
        Assert.Equal(product, SnpProducts.FromCpuid(family, model));

    private EvidenceVerdict Verify(byte[] report, TeePolicy? policy = null, byte[]? vcek = null) =>
        SevSnpVerifier.Verify(Amd.Bundle(report, vcek), policy ?? Amd.Policy, SnpFixture.Now);
}

/// <summary>Policies that ask for nothing about the program.</summary>
internal static class EvidencePolicyDefaults
{
    public static TeePolicy Any => Coco.Client.EvidencePolicyFile.Default;
}
