using System.Diagnostics;
using System.Security.Cryptography;
using Coco.Client;
using Coco.Tee;

namespace Coco.Enclave.Tests.Tee;

/// <summary>
/// No reader of untrusted bytes crashes, hangs or allocates without bound. Each runs for a moment; with
/// COCO_FUZZ_SECONDS=600 for that many seconds each. A failure prints its seed: COCO_FUZZ_SEED=N runs it again.
/// </summary>
public sealed class EvidenceFuzzTests(Xunit.Abstractions.ITestOutputHelper output)
{
    private const long MaxAllocation = 64L << 20;

    /// <summary>The same in every test run; COCO_FUZZ_SEED gives others.</summary>
    private const int FixedSeed = 1;

    private static readonly TimeSpan Length = TimeSpan.FromSeconds(
        double.TryParse(Environment.GetEnvironmentVariable("COCO_FUZZ_SECONDS"), out double seconds) ? seconds : 0.2);

    private static readonly TimeSpan TooSlow = TimeSpan.FromSeconds(5);

    public static TheoryData<string> Readers =>
    [
        "snp", "quote", "collateral", "tcb-info", "qe-identity", "crl", "pem", "certificates", "hcl", "tpm-quote", "tpm-key", "boot-log", "vbs", "bundle", "envelope", "cose",
        "document", "files", "policy", "handshake", "claims", "firmware", "sigstruct", "vlek", "verify-sev-snp", "verify-tdx", "verify-sgx", "verify-vbs", "verify-azure-sev-snp", "verify-azure-tdx", "verify-software",
    ];

    [Theory]
    [MemberData(nameof(Readers))]
    public void A_reader_takes_whatever_comes(string name)
    {
        byte[][] seeds = Seeds(name);
        int seed = int.TryParse(Environment.GetEnvironmentVariable("COCO_FUZZ_SEED"), out int given) ? given : FixedSeed;
        var random = new Random(seed);
        long start = Stopwatch.GetTimestamp();
        long memory = Environment.WorkingSet;
        int rounds = 0;
        (TimeSpan Time, long Bytes) most = default;
        while (Stopwatch.GetElapsedTime(start) < Length)
        {
            byte[] input = Mutate(seeds[random.Next(seeds.Length)], random);
            (TimeSpan took, long bytes) = Try(name, input, $"{name}, seed {seed}, round {rounds}");
            // The process may have been stopped meanwhile: what is slow is slow again.
            if (took > TooSlow) (took, bytes) = Try(name, input, $"{name}, seed {seed}, round {rounds}");
            Assert.True(took < TooSlow, $"{name}, seed {seed}, round {rounds}: slow");
            Assert.True(bytes < MaxAllocation, $"{name}, seed {seed}, round {rounds}: much memory");
            most = (took > most.Time ? took : most.Time, Math.Max(bytes, most.Bytes));
            rounds++;
        }
        Assert.True(rounds > 0);
        output.WriteLine($"{name}, seed {seed}: {rounds} inputs in {Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s, at most {most.Time.TotalMilliseconds:F0} ms and {most.Bytes} bytes for one, working set {(Environment.WorkingSet - memory) >> 20:+0;-0;0} MB");
    }

    private static (TimeSpan Took, long Bytes) Try(string name, byte[] input, string which)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        long began = Stopwatch.GetTimestamp();
        try
        {
            Read(name, input);
        }
        catch (Exception expected) when (expected is UnknownEvidenceException or InvalidDataException)
        {
            // A refusal in one sentence, which is what these two readers promise.
        }
#pragma warning disable CA1031 // Whatever is thrown is the finding.
        catch (Exception crash)
#pragma warning restore CA1031
        {
            Assert.Fail($"{which}: {crash}");
        }
        return (Stopwatch.GetElapsedTime(began), GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Read(string name, byte[] input)
    {
        switch (name)
        {
            case "snp" when SnpReport.TryRead(input, out SnpReport? report): report.TryReadSignature(stackalloc byte[96]); _ = SnpDetails.Of(report).Count(); break;
            case "quote" when DcapQuote.TryRead(input, out DcapQuote? quote) is null: _ = DcapDetails.Of(quote!).Count(); break;
            case "collateral" when DcapCollateral.TryRead(input, out DcapCollateral? collateral): VerifiedCollateral.TryVerify(collateral, VendorRoots.Pinned, At, out _); break;
            case "tcb-info": TcbInfo.TryRead(input, out _); break;
            case "qe-identity": QeIdentity.TryRead(input, out _); break;
            case "crl": RevocationList.TryRead(input, out _); break;
            case "pem": StrictPem.TryReadCertificates(input, []); break;
            case "certificates" when CertificateChain.TryLoad([input], out CertificateChain? chain): SnpCertificate.TryRead(chain.Leaf, out _); PckCertificate.TryRead(chain.Leaf, out _); chain.Dispose(); break;
            case "hcl" when HclReport.TryRead(input, out HclReport? hcl) && hcl.TryGetAttestationKey(out RSA? key): key.Dispose(); break;
            case "tpm-quote": TpmQuote.TryRead(input, out _); break;
            case "tpm-key" when TpmPublicKey.TryRead(input, out RSA? tpm): tpm.Dispose(); break;
            case "boot-log" when BootLog.TryRead(input, HashAlgorithmName.SHA256, out BootLog? log) || BootLog.TryRead(input, HashAlgorithmName.SHA1, out log):
                log.CheckDigests(HashAlgorithmName.SHA256);
                if (WindowsBoot.TryRead(log, out WindowsBoot? boot) is null) boot!.SigningKey()?.Dispose();
                break;
            case "vbs": VbsReport.TryRead(input, out _); break;
            case "bundle": EvidenceBundle.TryDecode(input, out _); break;
            case "envelope": Evidence.TryDecode(input, out _); break;
            case "cose": CoseStatement.TryRead(input, out _); break;
            case "handshake": HandshakeMessage.TryDecode(input, out _); break;
            case "claims": AttestationClaims.TryDecode(input, out _); break;
            case "firmware" when FirmwareImage.TryRead(input, out FirmwareImage? image): Measure(image); break;
            case "sigstruct": EnclaveSignature.TryRead(input, out _); break;
            case "vlek" when CertificateChain.TryLoad([input], out CertificateChain? vlek): SnpCertificate.TryRead(vlek.Leaf, out _); vlek.Dispose(); break;
            case "document": EvidenceDocument.TryRead(input, out _); break;
            case "files": EvidenceReport.Show(EvidenceFiles.Read([input])); break;
            case "policy": EvidencePolicyFile.Read(input); break;
            case { } verify when verify.StartsWith("verify-", StringComparison.Ordinal):
                EvidenceVerifiers.All.Verify(new Evidence(verify["verify-".Length..], input), EvidencePolicyFile.Default, (ulong)At.ToUnixTimeMilliseconds());
                break;
        }
    }

    private static void Measure(FirmwareImage image)
    {
        try
        {
            if (image.TdxSections.Count > 0) TdxLaunch.ComputeMrtd(image);
            new SnpLaunch(image, null, 2, 0x800F12, GuestHost.Qemu).ComputeDigest(new byte[SnpLaunch.DigestSize]);
        }
        catch (InvalidDataException)
        {
            // Firmware that no guest starts with, in one sentence.
        }
    }

    private static DateTimeOffset At => new(2025, 6, 25, 0, 0, 0, TimeSpan.Zero);

    /// <summary>Real bytes where this machine has them, so that mutations come far; else noise.</summary>
    private static byte[][] Seeds(string name)
    {
        byte[]?[] found = name switch
        {
            "snp" => [Vectors.Read("snp/milan-v3/report.bin")],
            "quote" => [Vectors.Read("dcap/sgx-v3/quote.bin"), Vectors.Read("dcap/tdx-v5-no-level/quote.bin"), Vectors.Read("dcap/tdx-v4/quote.bin")],
            "collateral" => [Vectors.Read("dcap/tdx-v4/collateral.json")],
            "tcb-info" or "qe-identity" => [Collateral(name == "tcb-info")],
            "crl" => [Lists()],
            "pem" => [Vectors.Read("snp/roots/ask_ark_milan.pem")],
            "certificates" => [Vectors.Read("snp/milan-v3/vcek.der"), Vectors.Read("snp/turin-cert-only/vcek.der"), Vectors.Read("dcap/roots/intel_sgx_root_ca.der")],
            "hcl" => [Vectors.Read("azure/hcl/hcl-report-snp.bin"), Vectors.Read("azure/hcl/hcl-report-tdx.bin")],
            "tpm-quote" => [Vectors.Read("vbs/synthetic/tpm_quote.msg")],
            "boot-log" => [Vectors.Read("vbs/synthetic/wbcl.bin")],
            "vbs" => [Vectors.Read("vbs/synthetic/vbs_report.bin")],
            "cose" => [Vectors.Read("snp/milan-v2-aci/uvm_reference_info.cose")],
            "files" => [Vectors.Read("azure/tdx/evidence-v1.json"), Vectors.Read("vbs/windows-tpm-log/windows_gcp_shielded_vm.json"), Vectors.Read("snp/milan-v2-aci/thim.json")],
            "policy" => ["""{"min_tcb":"04000000000018db","products":["Milan"],"acceptStatus":["UpToDate"],"endorsers":[{"issuer":"a","feed":"b","minSvn":1}]}"""u8.ToArray()],
            "verify-sev-snp" => [Bundle("snp/milan-v3/report.bin", "snp/milan-v3/vcek.der")],
            "verify-tdx" => [Bundle("dcap/tdx-v4/quote.bin", "dcap/tdx-v4/collateral.json")],
            "verify-sgx" => [Bundle("dcap/sgx-v3/quote.bin", "dcap/sgx-v3/collateral.json")],
            "verify-vbs" => [Bundle("vbs/synthetic/vbs_report.bin", "vbs/synthetic/wbcl.bin", "vbs/synthetic/tpm_quote.msg", "vbs/synthetic/tpm_quote.sig", "vbs/synthetic/aik_cert.der")],
            "handshake" => [new HandshakeMessage.Proof(new byte[150], new byte[300], new byte[65], new byte[64]).Encode(), new HandshakeMessage.Verdict(new EvidenceRefusal("nonce", "old")).Encode()],
            "claims" => [new AttestationClaims(HandshakeSide.Network, "a-1", EnclaveRole.Manager, HandshakeSide.Program, HandshakeSide.Program, HandshakeSide.Program, AttestationPurpose.Peer).Encode()],
            "firmware" => [LaunchMeasurementTests.File(LaunchMeasurementTests.AmdSev), LaunchMeasurementTests.File([], [(0, 4096, 0xFFFFF000, 4096, 1), (0, 0, 0x809000, 0x2000, 0)])],
            "vlek" => [Vectors.Read("snp/milan-v3-vlek/vlek.der")],
            "verify-azure-tdx" => [Bundle("azure/tdx/evidence-v1.json")],
            "verify-azure-sev-snp" => [Bundle("azure/snp-milan/evidence-v1.json")],
            _ => [],
        };
        return [.. found.OfType<byte[]>(), RandomNumberGenerator.GetBytes(300)];
    }

    private static byte[]? Bundle(params string[] names) =>
        Vectors.Find(names[0]) is null ? null : EvidenceFiles.Read(names.Select(name => Vectors.Read(name)!)).Bytes.ToArray();

    private static byte[]? Collateral(bool isTcb) =>
        Vectors.Read("dcap/tdx-v4/collateral.json") is { } json && DcapCollateral.TryRead(json, out DcapCollateral? read) ? (isTcb ? read.TcbInfo : read.QeIdentity) : null;

    private static byte[]? Lists() => Vectors.Read("dcap/tdx-v4/collateral.json") is { } json && DcapCollateral.TryRead(json, out DcapCollateral? read) ? read.PckCrl : null;

    /// <summary>Flips, cuts, repeats, and large numbers where lengths may stand.</summary>
    private static byte[] Mutate(byte[] seed, Random random)
    {
        byte[] bytes = [.. seed];
        for (int i = random.Next(1, 4); i > 0 && bytes.Length > 0; i--)
        {
            int place = random.Next(bytes.Length);
            switch (random.Next(6))
            {
                case 0: bytes[place] ^= (byte)(1 << random.Next(8)); break;
                case 1: bytes[place] = (byte)random.Next(256); break;
                case 2: bytes = bytes[..place]; break;
                case 3: bytes = [.. bytes[..place], .. bytes[(place / 2)..]]; break;
                case 4: bytes.AsSpan(place, Math.Min(4, bytes.Length - place)).Fill(0xFF); break;
                default: bytes = [.. bytes[..place], (byte)random.Next(256), .. bytes[place..]]; break;
            }
        }
        return bytes;
    }
}
