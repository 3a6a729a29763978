using System.Security.Cryptography;
using System.Text;
using Coco.Governance;

namespace Coco.Core.Tests.Governance;

public sealed class ManifestTests
{
    private static readonly string Old = new('a', 64), Fresh = new('c', 96);
    private static readonly Publisher Acme = new("acme", TestNetwork.MemberOf("acme-publisher").Certificate, [CodeRole.Manager], 3);

    private readonly TestNetwork _network = new(TestNetwork.NewConstitution("ann", "bob") with
    {
        CodeManifest = new CodeManifest([Old], [new string('b', 64)]) { Publishers = [Acme] },
        VotingPolicy = new VotingPolicy(
            new VoteRule.Majority(), [new ActionRule("add_collateral", new VoteRule.Automatic()), new ActionRule("add_measurement", new VoteRule.Automatic())]),
    });

    [Fact]
    public void A_measurement_that_a_publisher_signed_is_accepted_without_a_vote()
    {
        GovernanceStep step = _network.Submit("ann", Proposal(Signed(Fresh, 3)));
        Assert.True(step.IsAccepted, step.Refusal?.Reason);
        Assert.Contains(step.Events, happened => happened is GovernanceEvent.ProposalEnded { Proposal.State: ProposalState.Accepted });
        Assert.Equal([Old, Fresh], _network.State.Constitution.CodeManifest.Accepted(CodeRole.Manager).ToArray());
        Assert.DoesNotContain(Fresh, _network.State.Constitution.CodeManifest.Accepted(CodeRole.Worker));
        byte[] written = _network.State.Constitution.ToCanonicalBytes();
        Assert.Equal(written, Constitution.Parse(written, out _)!.ToCanonicalBytes());
    }

    [Fact]
    public void A_measurement_without_a_publishers_word_is_refused_with_the_reason()
    {
        Refused("below the 3", Signed(Fresh, 2));
        Refused("not signed by 'acme'", Signed(Fresh, 3) with { Version = 4 });
        Refused("not signed by 'acme'", Signed(Fresh, 3) with { Measurement = new string('d', 96) });
        Refused("not signed by 'acme'", Signed(Fresh, 3) with { Signature = "AAAA" });
        Refused("may not sign for the worker", Signed(Fresh, 3) with { Role = CodeRole.Worker });
        Refused("not among the publishers", Signed(Fresh, 3) with { Publisher = "eve" });
        Refused("may run already", Signed(Old, 3));

        void Refused(string reason, SignedMeasurement signed) =>
            Assert.Contains(reason, _network.Submit("ann", Proposal(signed)).Refusal?.Reason);
    }

    [Fact]
    public void A_constitution_with_a_measurement_below_the_publishers_least_version_is_not_valid()
    {
        Constitution constitution = _network.State.Constitution;
        constitution = constitution with
        {
            CodeManifest = constitution.CodeManifest with { Publishers = [Acme with { MinVersion = 9 }], Signed = [Signed(Fresh, 3)] },
        };
        Constitution.Parse(constitution.ToCanonicalBytes(), out IReadOnlyList<DocumentError> errors);
        Assert.Equal("$.codeManifest.signed[0]", Assert.Single(errors).Path);
    }

    [Fact]
    public void Collateral_takes_the_place_of_what_expires_sooner_under_the_same_name()
    {
        var first = new Collateral("milan-crl", CollateralKind.RevocationList, 1_900_000_000_000, "AQID");
        Assert.True(_network.Submit("ann", new RequestBody.Proposal([new GovernanceAction.AddCollateral(first)])).IsAccepted);
        Assert.True(_network.Submit("ann", new RequestBody.Proposal([new GovernanceAction.AddCollateral(first with { ExpiresUnixMs = 1_900_000_001_000, Document = "BAUG" })])).IsAccepted);
        Assert.Equal("BAUG", Assert.Single(_network.State.Constitution.TeeManifest.Collateral).Document);
        Assert.Contains("expires no sooner", _network.Submit("bob", new RequestBody.Proposal([new GovernanceAction.AddCollateral(first)])).Refusal?.Reason);
    }

    [Theory]
    [InlineData("\"debugAllowed\":true", "\"debugAllowed\":true,\"sevSnp\":{}", "$.teeManifest.sevSnp")]
    [InlineData("[\"software\"],\"debugAllowed\":true", "[\"sev-snp\"],\"debugAllowed\":true", "$.teeManifest.debugAllowed")]
    [InlineData("[\"software\"],\"debugAllowed\":true", "[\"sev-snp\"],\"sevSnp\":{\"minTcb\":[{\"product\":\"Naples\",\"tcb\":\"0400000000001848\"}]}", "$.teeManifest.sevSnp.minTcb[0].product")]
    [InlineData("[\"software\"],\"debugAllowed\":true", "[\"sev-snp\"],\"sevSnp\":{\"minTcb\":[{\"tcb\":\"04\"}]}", "$.teeManifest.sevSnp.minTcb[0].tcb")]
    [InlineData("[\"software\"],\"debugAllowed\":true", "[\"sev-snp\"],\"sevSnp\":{\"debugAllowed\":true}", "$.teeManifest.sevSnp.debugAllowed")]
    [InlineData("[\"software\"],\"debugAllowed\":true", "[\"tdx\"],\"tdx\":{\"tcbStatuses\":[\"Revoked\"]}", "$.teeManifest.tdx.tcbStatuses[0]")]
    [InlineData("\"debugAllowed\":true", "\"debugAllowed\":true,\"collateral\":[{\"name\":\"x\",\"kind\":\"revocation-list\",\"expires\":\"soon\",\"document\":\"AQID\"}]", "$.teeManifest.collateral[0].expires")]
    [InlineData("\"default\":{\"majority\":{}}", "\"default\":{\"automatic\":{}}", "$.votingPolicy.default")]
    [InlineData("\"add_measurement\":{\"automatic\":{}}", "\"add_node\":{\"automatic\":{}}", "$.votingPolicy.actions.add_node")]
    [InlineData("\"roles\":[\"manager\"]", "\"roles\":[]", "$.codeManifest.publishers[0].roles")]
    public void A_wrong_part_of_a_manifest_is_named_by_its_path(string right, string wrong, string path)
    {
        string document = TestNetwork.Text(_network.State.Constitution.ToCanonicalBytes());
        Assert.Contains(right, document);
        Constitution.Parse(Encoding.UTF8.GetBytes(document.Replace(right, wrong)), out IReadOnlyList<DocumentError> errors);
        Assert.Contains(path, errors.Select(error => error.Path));
    }

    [Fact]
    public void All_rules_of_all_platforms_are_written_as_they_are_read()
    {
        TeeManifest manifest = new(["sev-snp", "sgx", "azure-tdx", "vbs"], false)
        {
            SevSnp = new SevSnpRules { MinimumTcb = [new("Milan", "0400000000001848"), new(null, "0500000000001900")], IsRevocationListRequired = true, HostData = new string('e', 64) },
            Sgx = new IntelRules { Signers = [new string('f', 64)], Advisories = ["INTEL-SA-00615"], TcbStatuses = ["UpToDate", "SWHardeningNeeded"] },
            Tdx = new IntelRules { MinTcbEvaluationDataNumber = 17 },
            Vbs = new VbsRules { AttestationRoots = ["AQID"], MinSvn = 2 },
            Azure = new AzureRules { Paravisors = [new string('1', 96)] },
            Collateral = [new Collateral("intel", CollateralKind.Intel, 1_900_000_000_000, "e30=")],
        };
        byte[] written = (_network.State.Constitution with { TeeManifest = manifest }).ToCanonicalBytes();
        Constitution? read = Constitution.Parse(written, out IReadOnlyList<DocumentError> errors);
        Assert.Empty(errors);
        Assert.Equal(written, read!.ToCanonicalBytes());
        Assert.Equal("0500000000001900", read.TeeManifest.SevSnp!.MinimumTcb[1].Tcb);
        Assert.Equal(["INTEL-SA-00615"], read.TeeManifest.Sgx!.Advisories!.Value.ToArray());
        Assert.Null(read.TeeManifest.Tdx!.Advisories);
    }

    private static RequestBody.Proposal Proposal(SignedMeasurement signed) => new([new GovernanceAction.AddMeasurement(signed)]);

    private static SignedMeasurement Signed(string measurement, long version)
    {
        var statement = new SignedMeasurement("acme", CodeRole.Manager, measurement, version, "");
        return statement with { Signature = Convert.ToBase64String(TestNetwork.SignAs("acme-publisher", statement.ToSignedBytes())) };
    }
}
