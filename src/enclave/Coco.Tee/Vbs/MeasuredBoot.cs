using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Coco.Tee;

/// <summary>That a TPM whose key is trusted quoted this boot, for this nonce.</summary>
internal static class MeasuredBoot
{
    /// <summary>Firmware's policy, Windows' access control, settings and modules: without them the settings could be anybody's.</summary>
    private static readonly int[] RequiredPcrs = [7, 11, 12, 13];

    public static EvidenceRefusal? Verify(EvidenceBundle bundle, TeePolicy policy, DateTimeOffset now, out BootLog? log)
    {
        log = null;
        EvidenceRefusal? refusal = TryGetKey(bundle, policy.Vbs, now, out RSA? key);
        using (key)
        {
            if (refusal is not null) return refusal;
            ReadOnlyMemory<byte> message = bundle.Get(EvidencePart.TpmQuote);
            if (!TpmQuote.TryRead(message.Span, out TpmQuote? quote) || !TpmQuote.IsSigned(message.Span, bundle.Get(EvidencePart.TpmSignature).Span, key!))
                return new EvidenceRefusal(EvidenceCheck.TpmQuote, "the TPM's quote is not signed by its attestation key");
            return CheckNonce(quote, bundle, policy) ?? CheckLog(bundle, quote, policy.Vbs, out log);
        }
    }

    private static EvidenceRefusal? TryGetKey(EvidenceBundle bundle, VbsPolicy policy, DateTimeOffset now, out RSA? key)
    {
        key = null;
        if (bundle.Has(EvidencePart.Certificate)) return TryGetCertified(bundle, policy, now, out key);
        ReadOnlySpan<byte> bare = bundle.Get(EvidencePart.TpmPublicKey).Span;
        if (!policy.AttestationKeys.Contains(Convert.ToHexStringLower(SHA256.HashData(bare))))
            return new EvidenceRefusal(EvidenceCheck.Chain, "nobody vouches for the TPM's attestation key");
        return TpmPublicKey.TryRead(bare, out key) ? null : new EvidenceRefusal(EvidenceCheck.Chain, "the attestation key is not a TPM's restricted signing key");
    }

    private static EvidenceRefusal? TryGetCertified(EvidenceBundle bundle, VbsPolicy policy, DateTimeOffset now, out RSA? key)
    {
        key = null;
        if (!CertificateChain.TryLoad(bundle.All(EvidencePart.Certificate), out CertificateChain? chain))
            return new EvidenceRefusal(EvidenceCheck.Chain, "the attestation key's certificates are not DER certificates");
        using (chain)
        {
            EvidenceRefusal refusal = new(EvidenceCheck.Chain, $"nobody in the TEE manifest vouches for '{chain.Leaf.Subject}'");
            foreach (ReadOnlyMemory<byte> trusted in policy.AttestationRoots)
            {
                using X509Certificate2 root = X509CertificateLoader.LoadCertificate(trusted.Span);
                if (chain.VerifyUnder(root, now) is { } why)
                {
                    refusal = why;
                    continue;
                }
                key = chain.Leaf.GetRSAPublicKey();
                return key is null ? new EvidenceRefusal(EvidenceCheck.Chain, "the attestation key is not RSA") : null;
            }
            return refusal;
        }
    }

    /// <summary>The policy's bytes, or the SHA-256 of the report data that the enclave's report holds.</summary>
    private static EvidenceRefusal? CheckNonce(TpmQuote quote, EvidenceBundle bundle, TeePolicy policy)
    {
        if (policy.Vbs.Nonce is { } nonce)
            return quote.ExtraData.AsSpan().SequenceEqual(nonce.AsSpan()) ? null : new EvidenceRefusal(EvidenceCheck.Nonce, "the TPM's quote was made for another nonce");
        if (!bundle.Has(EvidencePart.Report) || policy.IsAnyMeasurementAccepted) return null;
        return VbsReport.TryRead(bundle.Get(EvidencePart.Report).Span, out VbsReport? report) && quote.ExtraData.AsSpan().SequenceEqual(SHA256.HashData(report.EnclaveData))
            ? null
            : new EvidenceRefusal(EvidenceCheck.Nonce, "the TPM's quote was not made for the enclave's data: it may be of another time");
    }

    private static EvidenceRefusal? CheckLog(EvidenceBundle bundle, TpmQuote quote, VbsPolicy policy, out BootLog? log)
    {
        log = null;
        if (quote.Bank == HashAlgorithmName.SHA1 && !policy.IsSha1Allowed) return new EvidenceRefusal(EvidenceCheck.TpmQuote, "the quote is of the SHA-1 bank");
        int missing = Array.Find(RequiredPcrs, pcr => !quote.Pcrs.Contains(pcr));
        if (missing != 0) return new EvidenceRefusal(EvidenceCheck.TpmQuote, $"PCR {missing} is not quoted");
        if (!BootLog.TryRead(bundle.Get(EvidencePart.BootLog).Span, quote.Bank, out log)) return new EvidenceRefusal(EvidenceCheck.Format, "the boot log cannot be read");
        if (log.CheckDigests(quote.Bank) is { } wrong) return wrong;
        byte[] replayed = log.Replay(quote.Bank, quote.Pcrs);
        if (bundle.Has(EvidencePart.PcrValues))
        {
            ReadOnlySpan<byte> values = bundle.Get(EvidencePart.PcrValues).Span;
            if (!quote.HoldsValues(values)) return new EvidenceRefusal(EvidenceCheck.PcrDigest, "the PCRs are not the quoted ones");
            return values.SequenceEqual(replayed) ? null : NotReplayed();
        }
        return quote.HoldsValues(replayed) ? null : NotReplayed();
    }

    private static EvidenceRefusal NotReplayed() => new(EvidenceCheck.LogReplay, "the boot log does not lead to the quoted PCRs");
}
