using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;

namespace Coco.Tee;

/// <summary>
/// A publisher's signed statement that a launch measurement is its own (confidential containers' "UVM reference info"): COSE_Sign1
/// with PS384 under a did:x509 issuer.
/// </summary>
internal static class SnpEndorsement
{
    private const long Ps384 = -38;
    private const string DidPrefix = "did:x509:0:sha256:";
    private const string UsagePrefix = "::eku:";

    /// <summary>Null if an endorser of the policy says the report's measurement.</summary>
    public static EvidenceRefusal? Check(ReadOnlyMemory<byte> bytes, SnpReport report, ImmutableArray<SnpEndorser> endorsers)
    {
        if (!CoseStatement.TryRead(bytes.Span, out CoseStatement? statement)) return Refuse("it is not a COSE_Sign1 statement");
        SnpEndorser? endorser = endorsers.FirstOrDefault(known => known.Issuer == statement.Issuer && known.Feed == statement.Feed);
        if (endorser is null) return Refuse($"nobody in the TEE manifest is '{statement.Issuer}' for '{statement.Feed}'");
        return CheckSigner(statement) ?? CheckPayload(statement, report, endorser);
    }

    private static EvidenceRefusal? CheckSigner(CoseStatement statement)
    {
        if (!CertificateChain.TryLoad(statement.Certificates, out CertificateChain? chain)) return Refuse("its certificates cannot be read");
        using (chain)
        {
            if (chain.Root is not { } root || !TrySplit(statement.Issuer, out string digest, out string usage)) return Refuse("its issuer is not a did:x509 with a root and a key usage");
            if (Base64UrlOf(SHA256.HashData(root.RawData)) != digest) return Refuse("its root certificate is not the issuer's");
            // The leaf lives a year and endorses for longer: it is judged when it was new, freshness is the SVN's matter.
            if (chain.VerifyUnder(root, new DateTimeOffset(chain.Leaf.NotBefore.ToUniversalTime())) is { } refusal) return Refuse(refusal.Reason);
            if (!HasUsage(chain.Leaf, usage)) return Refuse($"its certificate is not for {usage}");
            using RSA? key = chain.Leaf.GetRSAPublicKey();
            return statement.Algorithm == Ps384 && key is not null
                && key.VerifyData(statement.Signed, statement.Signature, HashAlgorithmName.SHA384, RSASignaturePadding.Pss)
                ? null
                : Refuse("its signature does not hold");
        }
    }

    private static EvidenceRefusal? CheckPayload(CoseStatement statement, SnpReport report, SnpEndorser endorser)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(statement.Payload, new JsonDocumentOptions { MaxDepth = Limits.MaxJsonDepth });
            string measurement = document.RootElement.GetProperty("x-ms-sevsnpvm-launchmeasurement").GetString() ?? "";
            // Written as a number by some releases and as text by others.
            if (!uint.TryParse(document.RootElement.GetProperty("x-ms-sevsnpvm-guestsvn").ToString(), CultureInfo.InvariantCulture, out uint svn)) return Refuse("its SVN is not a number");
            if (!string.Equals(measurement, Convert.ToHexStringLower(report.Measurement), StringComparison.OrdinalIgnoreCase)) return Refuse("it is about another measurement");
            return svn >= endorser.MinSvn ? null : Refuse($"its SVN is {svn}, at least {endorser.MinSvn} is asked for");
        }
        catch (Exception malformed) when (malformed is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return Refuse("its content is not a statement about a launch measurement");
        }
    }

    private static bool TrySplit(string did, out string digest, out string usage)
    {
        (digest, usage) = ("", "");
        int split = did.IndexOf(UsagePrefix, StringComparison.Ordinal);
        if (!did.StartsWith(DidPrefix, StringComparison.Ordinal) || split < DidPrefix.Length) return false;
        (digest, usage) = (did[DidPrefix.Length..split], did[(split + UsagePrefix.Length)..]);
        return true;
    }

    private static bool HasUsage(X509Certificate2 certificate, string usage) =>
        certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().SelectMany(extension => extension.EnhancedKeyUsages.Cast<Oid>()).Any(known => known.Value == usage);

    private static string Base64UrlOf(byte[] bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);

    private static EvidenceRefusal Refuse(string why) => new(EvidenceCheck.Endorsement, $"the endorsement of the measurement is refused: {why}");
}
