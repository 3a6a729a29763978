using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Coco.Tee;

/// <summary>One quote before the verifier, with what became known of it on the way.</summary>
internal sealed class DcapTrial(bool isTdx, DcapPolicy policy, DateTimeOffset now)
{
    private DcapQuote? _quote;
    private PckCertificate? _platform;
    private VerifiedCollateral? _collateral;
    private TcbVerdict? _tcb;

    public DcapQuote Quote => _quote!;

    public ReadOnlySpan<byte> ReportData => isTdx ? new TdReport(Quote.BodyBytes).ReportData : new EnclaveReport(Quote.BodyBytes).ReportData;

    public byte[] Measurement => isTdx ? new TdReport(Quote.BodyBytes).ComputeMeasurement() : new EnclaveReport(Quote.BodyBytes).MrEnclave.ToArray();

    /// <summary>That a genuine platform of an accepted state made the quote.</summary>
    public EvidenceRefusal? CheckGenuine(EvidenceBundle bundle)
    {
        if (DcapQuote.TryRead(bundle.Get(EvidencePart.Report).Span, out _quote) is { } malformed) return malformed;
        if (Quote.IsTdx != isTdx) return new EvidenceRefusal(EvidenceCheck.Platform, "the quote is of the other of Intel's TEEs");
        if (LoadChain(bundle, out CertificateChain? chain) is { } unreadable) return unreadable;
        using (chain)
        {
            return CheckPlatform(chain!) ?? CheckCollateral(bundle, chain!) ?? CheckQe(chain!.Leaf) ?? CheckQuote() ?? CheckDebug() ?? CheckTcb();
        }
    }

    /// <summary>Of the quote if it holds them all, else with those that came beside it.</summary>
    private EvidenceRefusal? LoadChain(EvidenceBundle bundle, out CertificateChain? chain)
    {
        if (Quote.HoldsChain)
            return CertificateChain.TryLoadPem(Quote.Certificates, out chain) ? null : new EvidenceRefusal(EvidenceCheck.Chain, "the quote's certificates cannot be read");
        chain = null;
        var ders = new List<byte[]>();
        if (!Quote.Certificates.IsEmpty && (!StrictPem.TryReadCertificates(Quote.Certificates, ders) || ders.Count != 1)) return new EvidenceRefusal(EvidenceCheck.Chain, "the quote's certificate cannot be read");
        ders.AddRange(bundle.All(EvidencePart.Certificate).Select(der => der.ToArray()));
        if (ders.Count == 0) return new EvidenceRefusal(EvidenceCheck.Collateral, $"the quote names its platform by certification data of type {Quote.CertificationType}, and no PCK certificate came with it");
        return CertificateChain.TryLoad(ders.Select(der => (ReadOnlyMemory<byte>)der), out chain) ? null : new EvidenceRefusal(EvidenceCheck.Chain, "the certificates beside the quote cannot be read");
    }

    private EvidenceRefusal? CheckPlatform(CertificateChain chain)
    {
        if (chain.Verify(policy.Roots.Intel.AsSpan(), now) is { } refusal) return refusal;
        return chain.IsLeafNamed("SGX PCK Certificate") && PckCertificate.TryRead(chain.Leaf, out _platform) ? null : new EvidenceRefusal(EvidenceCheck.Chain, "the first certificate is not a PCK certificate");
    }

    private EvidenceRefusal? CheckCollateral(EvidenceBundle bundle, CertificateChain chain)
    {
        if (!bundle.Has(EvidencePart.Collateral))
            return policy.IsCollateralRequired ? new EvidenceRefusal(EvidenceCheck.Collateral, "Intel's collateral is missing: TCB and revocation are not known") : null;
        if (DcapVerifier.TryGetCollateral(bundle.Get(EvidencePart.Collateral), policy.Roots, now, out _collateral) is { } refusal) return refusal;
        CertificateOutline? issuer = chain.LeafsIssuer;
        // Whose list says nothing is not a list about this platform: Intel has one CA for single processors and one for servers.
        if (issuer is null || !_collateral!.PckList.IsIssuedBy(issuer) || !issuer.PublicKey.Span.SequenceEqual(_collateral.PckIssuerKey.AsSpan()))
            return new EvidenceRefusal(EvidenceCheck.CrlIssuer, "the revocation list is of another CA than the platform's certificate");
        return _collateral.RootList.FindRevoked([.. chain.Outlines]) ?? _collateral.PckList.FindRevoked(chain.Outlines[0]) ?? CheckKind(_collateral);
    }

    private EvidenceRefusal? CheckKind(VerifiedCollateral collateral)
    {
        (string info, string qe) = isTdx ? ("TDX", "TD_QE") : ("SGX", "QE");
        return collateral.TcbInfo.Id == info && collateral.QeIdentity.Id == qe
            ? null
            : new EvidenceRefusal(EvidenceCheck.TcbInfoType, $"the collateral is of {collateral.TcbInfo.Id} and {collateral.QeIdentity.Id}, not of {info} and {qe}");
    }

    private EvidenceRefusal? CheckQe(X509Certificate2 pck)
    {
        using ECDsa? key = pck.GetECDsaPublicKey();
        if (key is not { KeySize: 256 } || !key.VerifyData(Quote.QeReport, Quote.QeReportSignature, HashAlgorithmName.SHA256))
            return new EvidenceRefusal(EvidenceCheck.QeReportSignature, "the quoting enclave's report is not signed by the platform's key");
        var report = new EnclaveReport(Quote.QeReport);
        Span<byte> expected = stackalloc byte[64];
        expected.Clear();
        SHA256.HashData((byte[])[.. Quote.AttestationKey, .. Quote.QeAuthData], expected);
        if (!report.ReportData.SequenceEqual(expected)) return new EvidenceRefusal(EvidenceCheck.QeReportData, "the quoting enclave does not vouch for the attestation key");
        if (report.IsDebug) return new EvidenceRefusal(EvidenceCheck.QeIdentity, "the quoting enclave can be debugged");
        return _collateral?.QeIdentity.Check(report);
    }

    private EvidenceRefusal? CheckQuote()
    {
        byte[] xy = Quote.AttestationKey.ToArray();
        try
        {
            using var key = ECDsa.Create(new ECParameters { Curve = ECCurve.NamedCurves.nistP256, Q = new ECPoint { X = xy[..32], Y = xy[32..] } });
            return key.VerifyData(Quote.Signed, Quote.Signature, HashAlgorithmName.SHA256)
                ? null
                : new EvidenceRefusal(EvidenceCheck.QuoteSignature, "the quote is not signed by the attestation key");
        }
        catch (CryptographicException)
        {
            return new EvidenceRefusal(EvidenceCheck.QuoteSignature, "the attestation key is not a point of P-256");
        }
    }

    private EvidenceRefusal? CheckDebug()
    {
        bool isDebug = isTdx ? new TdReport(Quote.BodyBytes).IsDebug : new EnclaveReport(Quote.BodyBytes).IsDebug;
        return isDebug ? new EvidenceRefusal(EvidenceCheck.Debug, "the host can read the program: the debug attribute is set") : null;
    }

    private EvidenceRefusal? CheckTcb()
    {
        PckCertificate platform = _platform!;
        if (!policy.Fmspcs.IsEmpty && !policy.Fmspcs.Contains(Hex(platform.Fmspc)))
            return new EvidenceRefusal(EvidenceCheck.Fmspc, $"the platform's model {Hex(platform.Fmspc)} is not in the TEE manifest");
        if (!policy.PlatformIds.IsEmpty && !policy.PlatformIds.Contains(Hex(platform.Ppid)) && !policy.PlatformIds.Contains(Hex(platform.PlatformInstanceId)))
            return new EvidenceRefusal(EvidenceCheck.ChipId, $"the platform {Hex(platform.Ppid)} is not in the TEE manifest");
        if (_collateral is not { } collateral) return null;
        if (!collateral.TcbInfo.Fmspc.AsSpan().SequenceEqual(platform.Fmspc) || !collateral.TcbInfo.PceId.AsSpan().SequenceEqual(platform.PceId))
            return new EvidenceRefusal(EvidenceCheck.Fmspc, $"the TCB info is of the model {Hex(collateral.TcbInfo.Fmspc.AsSpan())}, the platform is a {Hex(platform.Fmspc)}");
        if (isTdx && CheckModule(collateral.TcbInfo) is { } wrong) return wrong;
        _tcb = TcbEvaluation.Evaluate(platform, Quote, collateral.TcbInfo, collateral.QeIdentity);
        return CheckStatus(collateral, _tcb);
    }

    private EvidenceRefusal? CheckModule(TcbInfo info)
    {
        var report = new TdReport(Quote.BodyBytes);
        TdxModuleIdentity? module = TcbEvaluation.ModuleOf(info, report.TeeTcbSvn);
        if (module is null) return new EvidenceRefusal(EvidenceCheck.TdxModule, $"Intel names no TDX module of version {report.TeeTcbSvn[1]}");
        // Intel's own library asks for zeros whatever the mask is: there is no module with attributes yet.
        return report.MrSignerSeam.SequenceEqual(module.Signer.AsSpan()) && !report.SeamAttributes.ContainsAnyExcept((byte)0) && TcbEvaluation.EqualsMasked(report.SeamAttributes, module.Attributes, module.AttributesMask)
            ? null
            : new EvidenceRefusal(EvidenceCheck.TdxModule, "the TDX module is not the one that Intel names");
    }

    private EvidenceRefusal? CheckStatus(VerifiedCollateral collateral, TcbVerdict tcb)
    {
        int number = Math.Min(collateral.TcbInfo.EvaluationDataNumber, collateral.QeIdentity.EvaluationDataNumber);
        if (number < policy.MinTcbEvaluationDataNumber)
            return new EvidenceRefusal(EvidenceCheck.Tcb, $"the collateral's evaluation number is {number}, at least {policy.MinTcbEvaluationDataNumber} is asked for");
        if (tcb.Status is TcbStatus.Revoked or TcbStatus.NotSupported || !policy.Statuses.Contains(tcb.Status))
            return new EvidenceRefusal(EvidenceCheck.Tcb, $"the platform's TCB is {tcb.Status}{(tcb.Advisories.IsEmpty ? "" : ": " + string.Join(", ", tcb.Advisories))}");
        if (policy.Advisories is not { } allowed) return null;
        string[] open = [.. tcb.Advisories.Where(advisory => !allowed.Contains(advisory))];
        return open.Length == 0 ? null : new EvidenceRefusal(EvidenceCheck.Tcb, $"the TEE manifest does not allow {string.Join(", ", open)}");
    }

    /// <summary>What the policy asks of the guest or enclave beside its measurement.</summary>
    public EvidenceRefusal? CheckGuest() => isTdx ? CheckTd(new TdReport(Quote.BodyBytes)) : CheckEnclave(new EnclaveReport(Quote.BodyBytes));

    private EvidenceRefusal? CheckTd(TdReport report)
    {
        if (policy.IsSeptVeDisableRequired && !report.IsSeptVeDisabled) return Attributes("SEPT_VE_DISABLE is not set: the host can surprise the guest with page faults");
        if (report.IsMigratable && !policy.IsMigratableAllowed) return Attributes("the guest can be moved by a migration TD");
        if (report.HasUnknownAttributes) return Attributes($"the attributes 0x{report.Attributes:x} have bits that this version does not know");
        if (policy.AllowedXfam is { } mask && (report.Xfam & ~mask) != 0) return Attributes($"the extended features 0x{report.Xfam:x} are more than the TEE manifest allows");
        if (report.Partition != 0) return Attributes($"the partition {report.Partition} of the guest asked for the report, whose measurement is of the whole guest");
        return CheckServiceTd(report.MrServiceTd) ?? CheckServiceTd(report.InitialServiceTd) ?? CheckServiceTd(report.CurrentServiceTd);
    }

    private EvidenceRefusal? CheckServiceTd(ReadOnlySpan<byte> digest) => digest.ContainsAnyExcept((byte)0) && !policy.ServiceTds.Contains(Hex(digest))
        ? new EvidenceRefusal(EvidenceCheck.ServiceTd, $"the service TDs {Hex(digest)} are bound to the guest")
        : null;

    private EvidenceRefusal? CheckEnclave(EnclaveReport report)
    {
        if (!report.IsInitialised) return new EvidenceRefusal(EvidenceCheck.Format, "the report is of an enclave that was not initialised");
        if (!policy.Signers.IsEmpty && !policy.Signers.Contains(Hex(report.MrSigner)))
            return new EvidenceRefusal(EvidenceCheck.Signer, $"the enclave's signer {Hex(report.MrSigner)} is not in the TEE manifest");
        if (policy.ProductId is { } product && report.ProductId != product)
            return new EvidenceRefusal(EvidenceCheck.Signer, $"the enclave's product is {report.ProductId}, not {product}");
        return report.Svn < policy.MinSvn ? new EvidenceRefusal(EvidenceCheck.Svn, $"the enclave's security version is {report.Svn}, at least {policy.MinSvn} is asked for") : null;
    }

    private static EvidenceRefusal Attributes(string why) => new(EvidenceCheck.TdAttributes, why);

    public EvidenceClaims Claims(string platformName) => new(platformName, IsProtected: true, IsDebug: false, Measurement, ReportData.ToArray(), 0)
    {
        Details = [.. DcapDetails.Of(Quote), .. DcapDetails.Of(_platform!), .. _tcb is null ? [] : DcapDetails.Of(_tcb, _collateral!)],
        Warnings = _collateral is null ? ["no collateral came with the quote: the platform's TCB and whether its key was revoked are not known"] : [],
        HoldsUntil = _collateral?.Until,
    };

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);
}
