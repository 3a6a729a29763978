using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coco.Governance;

namespace Coco.Enclave.Tests.Manager;

/// <summary>The constitution of a network of stand-in machines: one member, and VNs n0, n1, ... of its.</summary>
internal static class GuestConstitution
{
    public static Constitution Make(IEnumerable<string> addresses, string[] platforms, string[] managers, string[] workers, LeaseSettings? leases = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return Make(CertificateOf(key), addresses, platforms, managers, workers, leases);
    }

    public static MemberCertificate CertificateOf(ECDsa key)
    {
        using X509Certificate2 certificate = new CertificateRequest("CN=alder", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddYears(1));
        Assert.True(MemberCertificate.TryParseDer(certificate.RawData, out MemberCertificate? member, out string? problem), problem);
        return member;
    }

    public static Constitution Make(
        MemberCertificate member, IEnumerable<string> addresses, string[] platforms, string[] managers, string[] workers, LeaseSettings? leases)
    {
        return new Constitution(
            "guests", [new Member("alder", member)], [], [.. addresses.Select((address, i) => new ListedNode($"n{i}", "alder", address, null))],
            new CodeManifest([.. managers], [.. workers]), new TeeManifest([.. platforms], IsDebugAllowed: false),
            new VotingPolicy(new VoteRule.Majority(), []), BatchLimits.Default, ConsensusSettings.Default, IsSealingAllowed: true, IsRejoinAutomatic: true,
            SubmissionSettings.Default, new LedgerSettings("keyvalue", "{}"u8.ToArray()))
        {
            Leases = leases,
        };
    }
}
