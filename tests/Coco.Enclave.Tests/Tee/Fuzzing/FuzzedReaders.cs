using System.Security.Cryptography;
using System.Text;
using Coco.Client;
using Coco.Keys;
using Coco.Tee;
using Coco.Tee.Platforms;

namespace Coco.Enclave.Tests.Tee.Fuzzing;

/// <summary>Every reader of untrusted bytes, by name, with valid inputs to start from.</summary>
internal sealed class FuzzedReaders : IDisposable
{
    public static readonly string[] Names =
    [
        "snp", "quote", "collateral", "tcb-info", "qe-identity", "crl", "pem", "certificates", "outline", "certificate-table", "hcl", "tpm-quote", "tpm-key", "boot-log", "vbs", "bundle", "envelope", "cose",
        "document", "files", "policy", "handshake", "claims", "firmware", "sigstruct", "log-tdx", "log-tpm", "efi", "vlek", "verify-sev-snp", "verify-tdx", "verify-sgx", "verify-vbs", "verify-azure-sev-snp",
        "verify-azure-tdx", "verify-software", "resigned-sev-snp", "resigned-tdx", "resigned-sgx",
    ];

    private readonly Resigned _resigned = new();

    private static DateTimeOffset At => new(2025, 6, 25, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Says how it went: the reason, or as much as the reader tells.</summary>
    public string Read(string name, byte[] input)
    {
        switch (name)
        {
            case "snp": return Got(SnpReport.TryRead(input, out SnpReport? report) && report.TryReadSignature(stackalloc byte[96]) && SnpDetails.Of(report).Any());
            case "quote": return DcapQuote.TryRead(input, out DcapQuote? quote)?.Reason ?? DcapDetails.Of(quote!).Count().ToString(System.Globalization.CultureInfo.InvariantCulture);
            case "collateral": return DcapCollateral.TryRead(input, out DcapCollateral? collateral) ? Because(VerifiedCollateral.TryVerify(collateral, VendorRoots.Pinned, At, out _)) : "unread";
            case "tcb-info": return Got(TcbInfo.TryRead(input, out _));
            case "qe-identity": return Got(QeIdentity.TryRead(input, out _));
            case "crl": return Got(RevocationList.TryRead(input, out _));
            case "pem": return Got(StrictPem.TryReadCertificates(input, []));
            case "certificates" or "vlek": return Certificate(input);
            case "outline": return Got(CertificateOutline.TryRead(input, out _));
            case "certificate-table": return Got(SnpCertificateTable.TryRead(input, out List<byte[]> listed, out _)) + listed.Count;
            case "hcl": return Got(HclReport.TryRead(input, out HclReport? hcl) && IsKey(hcl.TryGetAttestationKey(out RSA? key), key));
            case "tpm-quote": return Got(TpmQuote.TryRead(input, out _));
            case "tpm-key": return Got(IsKey(TpmPublicKey.TryRead(input, out RSA? tpm), tpm));
            case "boot-log": return Log(input);
            case "vbs": return Got(VbsReport.TryRead(input, out _));
            case "bundle": return Got(EvidenceBundle.TryDecode(input, out _));
            case "envelope": return Got(Evidence.TryDecode(input, out _));
            case "cose": return Got(CoseStatement.TryRead(input, out _));
            case "handshake": return Got(HandshakeMessage.TryDecode(input, out _));
            case "claims": return Got(AttestationClaims.TryDecode(input, out _));
            case "firmware": return FirmwareImage.TryRead(input, out FirmwareImage? image) ? Measure(image) : "unread";
            case "sigstruct": return EnclaveSignature.TryRead(input, out EnclaveSignature? enclave) ? Got(enclave.Holds) : "unread";
            case "log-tdx": return Registers(MeasuredLog.ReadTdx(input), 4);
            case "log-tpm": return Registers(MeasuredLog.ReadTpm(input), 24);
            case "efi": return PeImage.TryRead(input, out PeImage? program) ? Measure(program) : "unread";
            case "document": return Got(EvidenceDocument.TryRead(input, out _));
            case "files": return string.Join(' ', EvidenceReport.Show(EvidenceFiles.Read([input])).Claims.Keys);
            case "policy":
                EvidencePolicyFile.Read(input);
                return Got(true);
            case { } signed when Resigned.Is(signed): return Because(_resigned.Read(signed, input).Refusal);
            case { } verify when verify.StartsWith("verify-", StringComparison.Ordinal):
                return Because(EvidenceVerifiers.All.Verify(new Evidence(verify["verify-".Length..], input), EvidencePolicyFile.Default, (ulong)At.ToUnixTimeMilliseconds()).Refusal);
            default: throw new ArgumentOutOfRangeException(nameof(name), name, "no such reader");
        }
    }

    /// <summary>Valid inputs, most of them real where this machine has them; the last one is noise.</summary>
    public byte[][] Seeds(string name, Random random)
    {
        byte[]?[] found = name switch
        {
            "snp" => [Vectors.Read("snp/milan-v3/report.bin")],
            "quote" => [Vectors.Read("dcap/sgx-v3/quote.bin"), Vectors.Read("dcap/tdx-v5-no-level/quote.bin"), Vectors.Read("dcap/tdx-v4/quote.bin")],
            "collateral" => [Vectors.Read("dcap/tdx-v4/collateral.json"), Vectors.Read("dcap/sgx-v3/collateral.json")],
            "tcb-info" => [Collateral("dcap/tdx-v4")?.TcbInfo, Collateral("dcap/sgx-v3")?.TcbInfo],
            "qe-identity" => [Collateral("dcap/tdx-v4")?.QeIdentity, Collateral("dcap/sgx-v3")?.QeIdentity],
            "crl" => [Collateral("dcap/tdx-v4")?.PckCrl, Collateral("dcap/tdx-v4")?.RootCaCrl],
            "pem" => [Vectors.Read("snp/roots/ask_ark_milan.pem"), Collateral("dcap/tdx-v4")?.PckCrlIssuerChain],
            "certificates" => [Vectors.Read("snp/milan-v3/vcek.der"), Vectors.Read("snp/turin-cert-only/vcek.der"), Vectors.Read("dcap/roots/intel_sgx_root_ca.der")],
            "outline" => [Vectors.Read("snp/milan-v3/vcek.der"), Vectors.Read("dcap/roots/intel_sgx_root_ca.der")],
            "certificate-table" => [Table(random)],
            "hcl" => [Vectors.Read("azure/hcl/hcl-report-snp.bin"), Vectors.Read("azure/hcl/hcl-report-tdx.bin")],
            "tpm-quote" => [Vectors.Read("vbs/synthetic/tpm_quote.msg")],
            "tpm-key" => [TpmKey()],
            "boot-log" => [Vectors.Read("vbs/synthetic/wbcl.bin")],
            "vbs" => [Vectors.Read("vbs/synthetic/vbs_report.bin")],
            "bundle" => [Bundle("snp/milan-v3/report.bin", "snp/milan-v3/vcek.der"), Bundle("dcap/tdx-v4/quote.bin", "dcap/tdx-v4/collateral.json")],
            "envelope" => [Software().Encode()],
            "verify-software" => [Software().Bytes.ToArray()],
            "document" => [EvidenceDocument.Write(Claims, Software(), new byte[65])],
            "sigstruct" => [RealEvidenceTests.Sample("sgx-sigstruct/synthetic.sig")],
            "cose" => [Vectors.Read("snp/milan-v2-aci/uvm_reference_info.cose")],
            "files" => [Vectors.Read("azure/tdx/evidence-v1.json"), Vectors.Read("vbs/windows-tpm-log/windows_gcp_shielded_vm.json"), Vectors.Read("snp/milan-v2-aci/thim.json"), Answer("tcbInfo"), Answer("enclaveIdentity"), Hex("snp/milan-v3/report.bin"), Behind("snp/milan-v3/report.bin", Table(random))],
            "policy" => ["""{"min_tcb":"04000000000018db","products":["Milan"],"acceptStatus":["UpToDate"],"endorsers":[{"issuer":"a","feed":"b","minSvn":1}]}"""u8.ToArray()],
            "verify-sev-snp" => [Bundle("snp/milan-v3/report.bin", "snp/milan-v3/vcek.der"), Bundle("snp/milan-v2-aci/report.bin", "snp/milan-v2-aci/endorsements.pem", "snp/milan-v2-aci/uvm_reference_info.cose")],
            "verify-tdx" => [Bundle("dcap/tdx-v4/quote.bin", "dcap/tdx-v4/collateral.json"), Bundle("dcap/tdx-v5-no-level/quote.bin", "dcap/tdx-v5-no-level/collateral.json")],
            "verify-sgx" => [Bundle("dcap/sgx-v3/quote.bin", "dcap/sgx-v3/collateral.json")],
            "verify-vbs" => [Bundle("vbs/synthetic/vbs_report.bin", "vbs/synthetic/wbcl.bin", "vbs/synthetic/tpm_quote.msg", "vbs/synthetic/tpm_quote.sig", "vbs/synthetic/aik_cert.der")],
            "handshake" => [new HandshakeMessage.Proof(new byte[150], new byte[300], new byte[65], new byte[64]).Encode(), new HandshakeMessage.Verdict(new EvidenceRefusal("nonce", "old")).Encode(), HandshakeSide.Hello.Encode()],
            "claims" => [Claims.Encode()],
            "firmware" => [LaunchMeasurementTests.File(LaunchMeasurementTests.AmdSev), LaunchMeasurementTests.File([], [(0, 4096, 0xFFFFF000, 4096, 1), (0, 0, 0x809000, 0x2000, 0)])],
            "log-tdx" => [EventLogSample.Tdx.Bytes, [.. EventLogSample.Tdx.Bytes, .. Enumerable.Repeat((byte)0xFF, 100)]],
            "log-tpm" => [EventLogSample.Tpm.Bytes],
            "efi" => [PeSample.Unified("257.13-1"), PeSample.Signed(PeSample.Unified("252.39-1")), PeSample.Make([(".text", [1])])],
            "vlek" => [Vectors.Read("snp/milan-v3-vlek/vlek.der")],
            "verify-azure-tdx" => [Bundle("azure/tdx/evidence-v1.json")],
            "verify-azure-sev-snp" => [Bundle("azure/snp-milan/evidence-v1.json")],
            _ => (byte[]?[])_resigned.Seeds(name),
        };
        var noise = new byte[300];
        random.NextBytes(noise);
        return [.. found.OfType<byte[]>(), noise];
    }

    public void Dispose() => _resigned.Dispose();

    private static AttestationClaims Claims =>
        new(HandshakeSide.Network, "a-1", EnclaveRole.Manager, HandshakeSide.Program, HandshakeSide.Program, HandshakeSide.Program, AttestationPurpose.Peer);

    private static string Got(bool isRead) => isRead ? "read" : "unread";

    private static string Because(EvidenceRefusal? refusal) => refusal is null ? "holds" : $"{refusal.Check}: {refusal.Reason}";

    private static bool IsKey(bool isRead, RSA? key)
    {
        key?.Dispose();
        return isRead;
    }

    private static string Certificate(byte[] input)
    {
        if (!CertificateChain.TryLoad([input], out CertificateChain? chain)) return "unread";
        using (chain) return $"{Got(SnpCertificate.TryRead(chain.Leaf, out _))}, {Got(PckCertificate.TryRead(chain.Leaf, out _))}";
    }

    private static string Log(byte[] input)
    {
        if (!BootLog.TryRead(input, HashAlgorithmName.SHA256, out BootLog? log) && !BootLog.TryRead(input, HashAlgorithmName.SHA1, out log)) return "unread";
        string digests = Because(log.CheckDigests(HashAlgorithmName.SHA256));
        if (WindowsBoot.TryRead(log, out WindowsBoot? boot) is { } refusal) return digests + refusal.Reason;
        using RSA? key = boot!.SigningKey();
        return $"{digests}, {key is not null}";
    }

    private static string Measure(FirmwareImage image)
    {
        if (image.TdxSections.Count > 0) TdxLaunch.ComputeMrtd(image);
        new SnpLaunch(image, null, 2, 0x800F12, GuestHost.Qemu).ComputeDigest(new byte[SnpLaunch.DigestSize]);
        return $"measured, {image.TdxSections.Count > 0}";
    }

    private static string Measure(PeImage program)
    {
        program.ComputeDigest(HashAlgorithmName.SHA256);
        return UnifiedKernelImage.TryOpen(program) is { } unified && unified.ComputePcr11(HashAlgorithmName.SHA384, ["ready"]).Length > 0
            ? $"{unified.Stub}, {string.Join(' ', unified.Sections(HashAlgorithmName.SHA256).Select(section => section.Name))}, {unified.Kernel is not null}" : "measured";
    }

    private static string Registers(MeasuredLog log, int count)
    {
        for (int register = 0; register < count; register++) log.ValueOf(register);
        return $"{string.Join(' ', log.Events.Select(made => made.Type).Distinct())}, {log.Events.Count(made => made.Text is not null)}";
    }

    private static byte[]? Bundle(params string[] names) =>
        Vectors.Find(names[0]) is null ? null : EvidenceFiles.Read(names.Select(name => Vectors.Read(name)!)).Bytes.ToArray();

    /// <summary>One entry, of a VCEK, and behind it what may be a certificate.</summary>
    private static byte[] Table(Random random)
    {
        byte[] content = Vectors.Read("snp/milan-v3/vcek.der") ?? new byte[500];
        var entries = new byte[24 + (24 * random.Next(1, 4))];
        byte[] entry = [.. new Guid("63da758d-e664-4564-adc5-f4b93be8accd").ToByteArray(), .. BitConverter.GetBytes(entries.Length), .. BitConverter.GetBytes(content.Length)];
        entry.CopyTo(entries, 0);
        return [.. entries, .. content];
    }

    private static byte[]? Answer(string name) => Collateral("dcap/tdx-v4") is { } read
        ? Encoding.UTF8.GetBytes($"{{\"{name}\":{Encoding.UTF8.GetString(name == "tcbInfo" ? read.TcbInfo : read.QeIdentity)},\"signature\":\"00\"}}") : null;

    private static byte[]? Hex(string name) => Vectors.Read(name) is { } bytes ? Encoding.ASCII.GetBytes(Convert.ToHexStringLower(bytes)) : null;

    private static byte[]? Behind(string name, byte[] more) => Vectors.Read(name) is { } bytes ? [.. bytes, .. more] : null;

    private static DcapCollateral? Collateral(string set) =>
        Vectors.Read($"{set}/collateral.json") is { } json && DcapCollateral.TryRead(json, out DcapCollateral? read) ? read : null;

    private static Evidence Software()
    {
        using EcdsaSigner key = EcdsaSigner.Generate();
        return new SoftwarePlatform(HandshakeSide.Program, key, TimeProvider.System).Produce(new byte[64]);
    }

    /// <summary>TPMT_PUBLIC of an attestation key: RSA 2048, restricted signing, RSASSA with SHA-256.</summary>
    private static byte[] TpmKey()
    {
        using RSA key = RSA.Create(2048);
        byte[] modulus = key.ExportParameters(false).Modulus!;
        return [0, 1, 0, 0x0B, 0, 5, 0, 0x72, 0, 0, 0, 0x10, 0, 0x14, 0, 0x0B, 0x08, 0, 0, 0, 0, 0, 0x01, 0, .. modulus];
    }

    /// <summary>The fixed header of a SIGSTRUCT and a body of zeros.</summary>
}
