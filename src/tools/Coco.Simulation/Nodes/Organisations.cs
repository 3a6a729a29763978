using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coco.Governance;
using Coco.Primitives;

namespace Coco.Simulation.Nodes;

/// <summary>Three members with the same keys and certificates in every run, and the constitution with which they begin.</summary>
internal static class Organisations
{
    public static ImmutableArray<string> Names { get; } = ["alder", "birch", "cedar"];

    private static readonly ImmutableArray<ECDsa> Keys = [.. Names.Select(name => NodeKey.Derive($"coco simulation member {name}"))];
    private static readonly ImmutableArray<MemberCertificate> Certificates = [.. Names.Select((name, i) => Certify(name, Keys[i]))];

    public static Constitution Constitution(IEnumerable<string> nodes, int electionTimeoutMs, int batchLimit, SnapshotSettings snapshots, LedgerSettings ledger) => new(
        "simulation", [.. Names.Select((name, i) => new Member(name, Certificates[i]))], [], [.. nodes.Select(NodeOf)],
        new CodeManifest([new string('a', 64)], [new string('b', 64)]), new TeeManifest(["software"], true),
        new VotingPolicy(new VoteRule.Majority(), []), new BatchLimits(batchLimit, BatchLimits.Default.MaxBytes),
        new ConsensusSettings("raft", electionTimeoutMs, electionTimeoutMs / 8), true, true,
        SubmissionSettings.Default, ledger)
    {
        Snapshots = snapshots,
    };

    public static ListedNode NodeOf(string name) =>
        new(name, Names[int.Parse(name[2..]) % Names.Length], $"{name}.example:7000", $"{name}.example:8545");

    public static SignedRequest Sign(GovernanceRequest request)
    {
        int member = Names.IndexOf(request.Member);
        byte[] bytes = request.ToCanonicalBytes();
        lock (Keys[member]) // seeds run side by side
        {
            byte[] signature = Keys[member].SignData(bytes, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
            return new SignedRequest(bytes, signature, Certificates[member].Fingerprint);
        }
    }

    private static MemberCertificate Certify(string name, ECDsa key)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        using X509Certificate2 x509 = request.Create(
            new X500DistinguishedName($"CN={name}"), new EqualSignature(key), DateTimeOffset.UnixEpoch,
            DateTimeOffset.UnixEpoch.AddYears(100), [1]);
        Invariant.Holds(
            MemberCertificate.TryParseDer(x509.RawData, out MemberCertificate? certificate, out string? problem), problem ?? "it is read");
        return certificate;
    }

    /// <summary>Nobody verifies a certificate's own signature (the vote makes it valid), so it is the same bytes in every run.</summary>
    private sealed class EqualSignature(ECDsa key) : X509SignatureGenerator
    {
        private readonly X509SignatureGenerator _inner = CreateForECDsa(key);

        public override byte[] GetSignatureAlgorithmIdentifier(HashAlgorithmName hashAlgorithm) =>
            _inner.GetSignatureAlgorithmIdentifier(hashAlgorithm);

        public override byte[] SignData(byte[] data, HashAlgorithmName hashAlgorithm) => [0x30, 6, 2, 1, 1, 2, 1, 1];

        protected override PublicKey BuildPublicKey() => _inner.PublicKey;
    }
}
