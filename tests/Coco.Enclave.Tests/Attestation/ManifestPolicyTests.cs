using Coco.Attestation;
using Coco.Enclave.Tests.Tee;
using Coco.Governance;
using Coco.Tee;

namespace Coco.Enclave.Tests.Attestation;

public sealed class ManifestPolicyTests
{
    private const ulong Soon = 1_900_000_000_000;

    private static readonly SnpFixture Amd = new();

    private static readonly Constitution Usual = new(
        "test", [], [], [], new CodeManifest([new string('a', 64)], [new string('b', 64)]), new TeeManifest(["software"], true),
        new VotingPolicy(new VoteRule.Majority(), []), BatchLimits.Default, ConsensusSettings.Default, true, true, SubmissionSettings.Default,
        new LedgerSettings("keyvalue", "{}"u8.ToArray()));

    [Fact]
    public void Words_of_the_constitution_are_words_of_the_verifiers()
    {
        Assert.Equal(PlatformWords.Products.ToArray(), Enum.GetNames<SnpProduct>());
        Assert.Equal(
            PlatformWords.TcbStatuses.Order(), Enum.GetNames<TcbStatus>().Except(["Revoked", "NotSupported"]).Order());
    }

    [Fact]
    public void Without_rules_every_platform_is_asked_for_what_its_verifier_asks_for()
    {
        TeePolicy policy = ManifestPolicy.Of(Usual, CodeRole.Worker, 0);
        Assert.Equal([new string('b', 64)], policy.Measurements.ToArray());
        Assert.True(policy.IsDebugAllowed);
        Assert.Equal(new DcapPolicy().Statuses.ToArray(), policy.Tdx.Statuses.ToArray());
        Assert.Null(policy.Tdx.Advisories);
        Assert.Equal(new SevSnpPolicy().MinReportVersion, policy.SevSnp.MinReportVersion);
        Assert.True(policy.Sgx.IsCollateralRequired);
    }

    [Fact]
    public void Rules_reach_the_verifier()
    {
        TeePolicy policy = ManifestPolicy.Of(Usual with
        {
            TeeManifest = new TeeManifest(["sev-snp", "tdx"], false)
            {
                SevSnp = new SevSnpRules { MinimumTcb = [new SnpTcbRule("Turin", "0102000500000047")], IsVlekAllowed = true, MaxVmpl = 1 },
                Tdx = new IntelRules { TcbStatuses = ["SWHardeningNeeded"], Advisories = [], MinTcbEvaluationDataNumber = 17 },
                Collateral = [new("old", CollateralKind.Intel, Soon - 1, "e30="), new("new", CollateralKind.Certificate, Soon + 1, "AQID")],
            },
        }, CodeRole.Manager, Soon);
        Assert.Equal(SnpProduct.Turin, Assert.Single(policy.SevSnp.MinimumTcb).Product);
        Assert.Equal([1, 2, 0, 5, 0, 0, 0, 0x47], policy.SevSnp.MinimumTcb[0].Tcb.ToArray());
        Assert.True(policy.SevSnp is { IsVlekAllowed: true, MaxVmpl: 1 });
        Assert.Equal([TcbStatus.SWHardeningNeeded], policy.Tdx.Statuses.ToArray());
        Assert.Empty(policy.Tdx.Advisories!.Value);
        Assert.Equal(17, policy.Tdx.MinTcbEvaluationDataNumber);
        Assert.Equal(EvidencePart.Certificate, Assert.Single(policy.Collateral).Kind);
    }

    [Fact]
    public void A_revocation_list_that_the_network_holds_counts_beside_the_evidence()
    {
        Assert.True(With().Holds);
        Assert.Equal(EvidenceCheck.Revoked, With(Amd.List(isRevoked: true)).Refusal?.Check);
        EvidenceVerdict covered = With(Amd.List(isRevoked: false));
        Assert.True(covered.Holds);
        Assert.DoesNotContain(covered.Claims.Warnings, warning => warning.Contains("revocation", StringComparison.Ordinal));
        Assert.True(With(isRequired: true, lists: Amd.List(isRevoked: false)).Holds);
        Assert.Equal(EvidenceCheck.Collateral, With(isRequired: true).Refusal?.Check);
    }

    [Fact]
    public void A_list_that_is_wrong_or_has_expired_harms_nobody()
    {
        byte[] forged = Amd.List(isRevoked: true);
        forged[^1] ^= 1;
        Assert.True(With(forged).Holds);
        Assert.True(With(Amd.List(isRevoked: true, SnpFixture.Now.AddDays(-1))).Holds);
        Assert.True(With(Amd.List(false, isOfIntermediate: true), [1, 2, 3]).Holds);
    }

    private static EvidenceVerdict With(params byte[][] lists) => With(isRequired: false, lists);

    private static EvidenceVerdict With(bool isRequired, params byte[][] lists)
    {
        TeePolicy policy = Amd.Policy with
        {
            SevSnp = Amd.Policy.SevSnp with { IsRevocationListRequired = isRequired },
            Collateral = [.. lists.Select(list => new NetworkCollateral(EvidencePart.RevocationList, list))],
        };
        var evidence = new Evidence("sev-snp", Amd.Bundle(Amd.Report()).Encode());
        return EvidenceVerifiers.All.Verify(evidence, policy, (ulong)SnpFixture.Now.ToUnixTimeMilliseconds());
    }
}
