using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Coco.Governance;
using Coco.Primitives;

namespace Coco.Core.Tests.Governance;

/// <summary>Organisations with keys, a constitution that names them, and the entries that they make.</summary>
internal sealed class TestNetwork
{
    public const ulong Start = 1_800_000_000_000;

    private static readonly Dictionary<string, (ECDsa Key, MemberCertificate Certificate)> Keys = [];

    private readonly GovernanceEntry.Genesis _genesis;
    private ulong _now = Start;

    public TestNetwork(Constitution constitution)
    {
        _genesis = new GovernanceEntry.Genesis(Start, null, constitution.ToCanonicalBytes(), constitution.Nodes[0].Name, NewPoint(), new byte[] { 1 });
        Assert.True(GovernanceState.TryBegin(_genesis, out GovernanceState? state, out GovernanceRefusal? refusal), refusal?.Reason);
        State = state;
    }

    public GovernanceState State { get; set; }

    public GovernanceEntry.Genesis Genesis => _genesis;

    public ulong Now => _now;

    public static Member MemberOf(string name) => new(name, KeyOf(name).Certificate);

    public static Constitution NewConstitution(params string[] members) => new(
        "test", [.. members.Select(MemberOf)], [], [.. members.Select(name => NodeOf($"{name}-1", name))],
        new CodeManifest([new string('a', 64)], [new string('b', 64)]), new TeeManifest(["software"], true),
        new VotingPolicy(new VoteRule.Majority(), []), BatchLimits.Default, ConsensusSettings.Default, true, true,
        SubmissionSettings.Default, new LedgerSettings("keyvalue", "{}"u8.ToArray()));

    public static ListedNode NodeOf(string name, string owner) =>
        new(name, owner, $"{name}.example:{7000 + (uint)name.Length}", $"{name}.example:8545");

    public static byte[] NewPoint()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        ECParameters parameters = key.ExportParameters(false);
        return [4, .. parameters.Q.X!, .. parameters.Q.Y!];
    }

    /// <summary>A request made one millisecond after the one before.</summary>
    public GovernanceRequest Prepare(string member, RequestBody body) => new(State.Network, member, ++_now, body);

    public static SignedRequest Sign(GovernanceRequest request, string? signer = null)
    {
        byte[] bytes = request.ToCanonicalBytes();
        return new SignedRequest(bytes, SignAs(signer ?? request.Member, bytes), KeyOf(signer ?? request.Member).Certificate.Fingerprint);
    }

    public static byte[] SignAs(string name, byte[] bytes)
    {
        (ECDsa key, MemberCertificate certificate) = KeyOf(name);
        HashAlgorithmName hash = certificate.IsP384 ? HashAlgorithmName.SHA384 : HashAlgorithmName.SHA256;
        return key.SignData(bytes, hash, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
    }

    public GovernanceStep Submit(SignedRequest signed) => Apply(new GovernanceEntry.Request(_now, signed));

    public GovernanceStep Submit(string member, RequestBody body) => Submit(Sign(Prepare(member, body)));

    public GovernanceStep Apply(GovernanceEntry entry)
    {
        GovernanceStep step = State.Apply(entry);
        State = step.State;
        return step;
    }

    public ProposalId Propose(string member, params GovernanceAction[] actions)
    {
        GovernanceStep step = Submit(member, new RequestBody.Proposal([.. actions]));
        Assert.True(step.IsAccepted, step.Refusal?.Reason);
        return Assert.IsType<GovernanceEvent.ProposalOpened>(step.Events[0]).Id;
    }

    public GovernanceStep Vote(string member, ProposalId proposal, bool isAccepting = true) =>
        Submit(member, new RequestBody.Ballot(proposal, isAccepting));

    public static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    /// <summary>One key for each name; names that end in "-384" get one on P-384.</summary>
    private static (ECDsa Key, MemberCertificate Certificate) KeyOf(string name)
    {
        lock (Keys)
        {
            if (Keys.TryGetValue(name, out var known)) return known;
            bool isP384 = name.EndsWith("-384", StringComparison.Ordinal);
            var key = ECDsa.Create(isP384 ? ECCurve.NamedCurves.nistP384 : ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
            using X509Certificate2 x509 = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(100));
            Assert.True(MemberCertificate.TryParsePem(x509.ExportCertificatePem(), out MemberCertificate? certificate, out _));
            return Keys[name] = (key, certificate);
        }
    }
}
