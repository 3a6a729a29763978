using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Coco.Tee;

namespace Coco.Client;

/// <summary>Files that are not evidence in a known format, or do not belong together.</summary>
public sealed class UnknownEvidenceException(string message) : Exception(message);

/// <summary>
/// Puts evidence together from the files in which vendors' tools leave it, in any order: reports, quotes, certificates, revocation
/// lists, collateral, TPM quotes and boot logs, or one file of Coco's own form; bytes may stand in them as hex or base64. Recognised by
/// content, never by name.
/// </summary>
public sealed class EvidenceFiles
{
    private readonly EvidenceBundle _bundle = new();
    private readonly List<byte[]> _certificates = [];
    private readonly List<byte[]> _lists = [];
    private readonly PcsAnswers _answers = new();
    private Coco.Tee.Evidence? _whole;

    private EvidenceFiles()
    {
    }

    /// <summary>Throws <see cref="UnknownEvidenceException"/> with the number of the file that is not understood.</summary>
    public static Coco.Tee.Evidence Read(IEnumerable<byte[]> files)
    {
        var read = new EvidenceFiles();
        int number = 0;
        foreach (byte[] file in files)
        {
            number++;
            if (file.Length > Limits.MaxEvidenceSize) throw new UnknownEvidenceException($"File {number} is too large: evidence has at most {Limits.MaxEvidenceSize} bytes.");
            if (!read.TryAdd(file) && !(EvidenceText.TryRead(file, out byte[] bytes) && read.TryAdd(bytes))) throw new UnknownEvidenceException($"File {number} is not evidence, a certificate, a revocation list or collateral in a known format.");
        }
        return read.Conclude();
    }

    /// <summary>As <see cref="Read"/>, of the parts alone.</summary>
    public static EvidenceBundle ReadBundle(IEnumerable<byte[]> files)
    {
        Coco.Tee.Evidence evidence = Read(files);
        return EvidenceBundle.TryDecode(evidence.Bytes.Span, out EvidenceBundle? bundle) ? bundle : throw new UnknownEvidenceException("The file holds evidence of the software platform, not parts.");
    }

    private Coco.Tee.Evidence Conclude()
    {
        if (_whole is not null) return _bundle.IsEmpty && _certificates.Count + _lists.Count == 0 && _answers.IsEmpty ? _whole : throw new UnknownEvidenceException("A whole evidence file takes no other files beside it.");
        AddCollateral();
        foreach (byte[] list in _lists) _bundle.Add(EvidencePart.RevocationList, list);
        // The certificate that no other one was issued by is the one whose key signed.
        foreach (byte[] der in CertificateOrder.LeafFirst(_certificates)) _bundle.Add(EvidencePart.Certificate, der);
        return new Coco.Tee.Evidence(PlatformOf(_bundle), _bundle.Encode());
    }

    private void AddCollateral()
    {
        if (_answers.IsEmpty) return;
        ReadOnlySpan<byte> chain = DcapQuote.TryRead(_bundle.Get(EvidencePart.Report).Span, out DcapQuote? quote) is null ? quote!.Certificates : default;
        byte[] collateral = _answers.Conclude(chain, _certificates, _lists)
            ?? throw new UnknownEvidenceException("Intel's answers are not complete: TCB info, QE identity, their signer's certificate, and the lists of the root and of the platform's CA with its certificate.");
        if (!Set(EvidencePart.Collateral, collateral)) throw new UnknownEvidenceException("Intel's answers came beside collateral.");
        _lists.Clear();
    }

    private static string PlatformOf(EvidenceBundle bundle)
    {
        if (bundle.Has(EvidencePart.HclReport))
        {
            return HclReport.TryRead(bundle.Get(EvidencePart.HclReport).Span, out HclReport? report) && report.Hardware == HclHardware.Tdx ? AzureVerifier.TdxName : AzureVerifier.SnpName;
        }
        ReadOnlySpan<byte> bytes = bundle.Get(EvidencePart.Report).Span;
        if (bundle.Has(EvidencePart.BootLog) || VbsReport.TryRead(bytes, out _)) return VbsVerifier.PlatformName;
        if (bytes.IsEmpty) throw new UnknownEvidenceException("No report or quote is among the files.");
        if (SnpReport.TryRead(bytes, out _)) return SevSnpVerifier.PlatformName;
        return DcapQuote.TryRead(bytes, out DcapQuote? quote) is null && !quote!.IsTdx ? DcapVerifier.SgxName : DcapVerifier.TdxName;
    }

    private bool TryAdd(byte[] file)
    {
        ReadOnlySpan<byte> bytes = file;
        if (TryAddWhole(bytes)) return true;
        if (bytes.StartsWith("-----BEGIN"u8)) return TryAddPem(bytes);
        if (bytes.TrimStart(" \t\r\n"u8) is [(byte)'{', ..]) return TryAddJson(file);
        if (SnpCertificateTable.IsTable(bytes)) return TryAddTable(bytes);
        if (bytes.Length > SnpReport.Size && SnpCertificateTable.IsTable(bytes[SnpReport.Size..]))
            return Set(EvidencePart.Report, file[..SnpReport.Size]) && TryAddTable(bytes[SnpReport.Size..]);
        if (bytes.StartsWith("HCLA"u8)) return Set(EvidencePart.HclReport, file);
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, (byte)'T', (byte)'C', (byte)'G'])) return Set(EvidencePart.TpmQuote, file);
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xD2, 0x84])) return Set(EvidencePart.Endorsement, file);
        if (IsQuote(bytes)) return Set(EvidencePart.Report, file);
        if (SnpReport.TryRead(bytes, out SnpReport? report) && report.Version < 0x100) return Set(EvidencePart.Report, file);
        if (VbsReport.TryRead(bytes, out _)) return Set(EvidencePart.Report, file);
        return TryAddDer(file) || TryAddTpm(file);
    }

    private bool TryAddWhole(ReadOnlySpan<byte> bytes)
    {
        if (_whole is not null || !Coco.Tee.Evidence.TryDecode(bytes, out Coco.Tee.Evidence? whole) || !EvidenceVerifiers.All.Knows(whole.Platform)) return false;
        _whole = whole;
        return true;
    }

    /// <summary>What a host gives its SNP guests beside a report (GHCB), by itself or behind the report.</summary>
    private bool TryAddTable(ReadOnlySpan<byte> table)
    {
        if (!SnpCertificateTable.TryRead(table, out List<byte[]> certificates, out byte[]? list)) return false;
        AddCertificates(certificates);
        if (list is not null) _lists.Add(list);
        return certificates.Count > 0;
    }

    private bool TryAddPem(ReadOnlySpan<byte> pem)
    {
        if (pem.StartsWith("-----BEGIN X509 CRL-----"u8)) return StrictPem.TryReadRevocationLists(pem.TrimEnd((byte)0), _lists);
        var ders = new List<byte[]>();
        if (!StrictPem.TryReadCertificates(pem.TrimEnd((byte)0), ders)) return false;
        AddCertificates(ders);
        return true;
    }

    private bool TryAddDer(byte[] file)
    {
        if (file is not [0x30, ..]) return false;
        if (CertificateChain.TryLoad([file], out CertificateChain? chain))
        {
            chain.Dispose();
            AddCertificates([file]);
            return true;
        }
        if (!RevocationList.TryRead(file, out _)) return false;
        _lists.Add(file);
        return true;
    }

    /// <summary>Signatures have no form of their own: 256 to 512 bytes, or TPMT_SIGNATURE.</summary>
    private bool TryAddTpm(byte[] file)
    {
        if (BootLog.IsBootLog(file)) return Set(EvidencePart.BootLog, file);
        bool isSignature = file.Length is 256 or 384 or 512 || file is [0x00, 0x14, 0x00, ..];
        return isSignature && Set(EvidencePart.TpmSignature, file);
    }

    private bool TryAddJson(byte[] file)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(file, new JsonDocumentOptions { MaxDepth = Limits.MaxJsonDepth });
            JsonElement root = document.RootElement;
            if (root.TryGetProperty("tcb_info", out _)) return Set(EvidencePart.Collateral, file) && TryAddPlatform(root);
            if (_answers.TryAdd(root)) return true;
            // What agents in TDX and SGX guests answer: the quote, with logs beside it that are not read here.
            if (root.TryGetProperty("quote", out JsonElement quote) && quote.ValueKind == JsonValueKind.String)
                return EvidenceText.TryRead(Encoding.UTF8.GetBytes(quote.GetString()!), out byte[] bytes) && IsQuote(bytes) && Set(EvidencePart.Report, bytes);
            if (AzureJson.IsAzure(root)) return AzureJson.TryRead(root, _bundle, _certificates);
            if (root.TryGetProperty("vcekCert", out JsonElement vcek))
                return TryAddPem(Encoding.UTF8.GetBytes(vcek.GetString() ?? "")) && TryAddPem(Encoding.UTF8.GetBytes(root.GetProperty("certificateChain").GetString() ?? ""));
            return root.TryGetProperty("Quote", out _) && WindowsLogJson.TryRead(root, _bundle);
        }
        catch (Exception malformed) when (malformed is JsonException or FormatException or KeyNotFoundException or InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Collateral of a quote that has no certificates names them: newer versions of dcap-qvl.</summary>
    private bool TryAddPlatform(JsonElement collateral) =>
        !collateral.TryGetProperty("pck_certificate_chain", out JsonElement chain) || chain.ValueKind == JsonValueKind.Null || TryAddPem(Encoding.UTF8.GetBytes(chain.GetString() ?? ""));

    private void AddCertificates(List<byte[]> ders)
    {
        foreach (byte[] der in ders)
            if (!_certificates.Exists(known => known.AsSpan().SequenceEqual(der))) _certificates.Add(der);
    }

    private bool Set(EvidencePart kind, byte[] content)
    {
        if (_bundle.Has(kind)) return false;
        _bundle.Add(kind, content);
        return true;
    }

    private static bool IsQuote(ReadOnlySpan<byte> bytes) => bytes.Length > 48 && BinaryPrimitives.ReadUInt16LittleEndian(bytes) is >= 3 and <= 9
        && bytes[12..].StartsWith((ReadOnlySpan<byte>)[0x93, 0x9A, 0x72, 0x33]);
}
