using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Coco.Tee;

/// <summary>What a quote is about.</summary>
public enum DcapBody : byte
{
    Sgx = 1,
    Td10,
    Td15,

    /// <summary>TD report 1.5 with the guest's identity and history of migration (Intel sgx_quote_5.h, body type 4).</summary>
    Td15Ex,
}

/// <summary>
/// A quote of Intel's DCAP: version 3 (SGX), 4 and 5 (SGX or TDX), with an ECDSA P-256 attestation key (Intel SGX/TDX DCAP Quote
/// Generation Library, appendix A). Read, not judged.
/// </summary>
public sealed class DcapQuote
{
    private const int HeaderSize = 48;
    private const int SignatureSize = 64;
    private const int SgxTee = 0;
    private const int TdxTee = 0x81;
    private const int EcdsaP256 = 2;
    private const int QeReportCertification = 6;
    private const int PckCertification = 4;
    private const int PckChainCertification = 5;

    /// <summary>Intel's quoting enclaves.</summary>
    private static ReadOnlySpan<byte> IntelVendor => [0x93, 0x9A, 0x72, 0x33, 0xF7, 0x9C, 0x4C, 0xA9, 0x94, 0x0A, 0x0D, 0xB3, 0x95, 0x7F, 0x06, 0x07];

    private readonly byte[] _bytes;
    private int _bodyStart;
    private int _bodySize;
    private int _signature;
    private int _qeReport;
    private int _qeAuthData;
    private int _qeAuthSize;
    private int _certificates;
    private int _certificatesSize;

    private DcapQuote(byte[] bytes) => _bytes = bytes;

    public int Version { get; private set; }

    public DcapBody Body { get; private set; }

    /// <summary>Of the quote; what follows in the buffer is not part of it.</summary>
    public int Length { get; private set; }

    public bool IsTdx => Body != DcapBody.Sgx;
    public ReadOnlySpan<byte> Signed => _bytes.AsSpan(0, _bodyStart + _bodySize);
    public ReadOnlySpan<byte> BodyBytes => _bytes.AsSpan(_bodyStart, _bodySize);
    public ReadOnlySpan<byte> Signature => _bytes.AsSpan(_signature, SignatureSize);

    /// <summary>x||y on P-256.</summary>
    public ReadOnlySpan<byte> AttestationKey => _bytes.AsSpan(_signature + SignatureSize, SignatureSize);

    public ReadOnlySpan<byte> QeReport => _bytes.AsSpan(_qeReport, EnclaveReport.Size);
    public ReadOnlySpan<byte> QeReportSignature => _bytes.AsSpan(_qeReport + EnclaveReport.Size, SignatureSize);
    public ReadOnlySpan<byte> QeAuthData => _bytes.AsSpan(_qeAuthData, _qeAuthSize);

    /// <summary>5: the PCK certificate and its issuers; 4: the PCK certificate alone; 1 to 3: the platform's number, by which its owner finds the certificate.</summary>
    public int CertificationType { get; private set; }

    /// <summary>Whether all certificates of the platform's key are in the quote.</summary>
    public bool HoldsChain => CertificationType == PckChainCertification;

    /// <summary>As PEM, from type 4 on.</summary>
    public ReadOnlySpan<byte> Certificates => CertificationType < PckCertification ? default : _bytes.AsSpan(_certificates, _certificatesSize);

    /// <summary>The offset of the certificates, for tools that name a byte's part.</summary>
    public int CertificatesStart => _certificates;

    public static EvidenceRefusal? TryRead(ReadOnlySpan<byte> bytes, out DcapQuote? quote)
    {
        quote = null;
        if (bytes.Length is < HeaderSize or > Limits.MaxQuoteSize) return Malformed($"a quote of {bytes.Length} bytes");
        var read = new DcapQuote(bytes.ToArray());
        EvidenceRefusal? refusal = read.ReadHeader() ?? read.ReadSignatureData();
        if (refusal is null) quote = read;
        return refusal;
    }

    private EvidenceRefusal? ReadHeader()
    {
        Version = Short(0);
        if (Version is < 3 or > 5) return new EvidenceRefusal(EvidenceCheck.ReportVersion, $"the quote's version is {Version}; 3 to 5 are known");
        if (Short(2) != EcdsaP256) return Malformed($"the attestation key's type is {Short(2)}, not 2 (ECDSA P-256)");
        uint tee = Version == 3 ? SgxTee : Word(4);
        if (Version == 3 && Word(4) != 0) return Malformed("reserved bytes of the header are not zero");
        if (tee is not (SgxTee or TdxTee)) return Malformed($"the TEE's type is 0x{tee:x}");
        if (!_bytes.AsSpan(12, 16).SequenceEqual(IntelVendor)) return Malformed("the quoting enclave is not Intel's");
        return Version == 5 ? ReadTypedBody(tee) : SetBody(tee == SgxTee ? DcapBody.Sgx : DcapBody.Td10, HeaderSize);
    }

    private EvidenceRefusal? ReadTypedBody(uint tee)
    {
        if (_bytes.Length < HeaderSize + 6) return Malformed("the quote ends in its body");
        int type = Short(HeaderSize);
        if (type is < 1 or > 4) return Malformed($"the body's type is {type}");
        var body = (DcapBody)type;
        if (tee == SgxTee != (body == DcapBody.Sgx)) return Malformed("the body is of another TEE than the header");
        return Word(HeaderSize + 2) == (uint)SizeOf(body) ? SetBody(body, HeaderSize + 6) : Malformed("the body has another size than its type");
    }

    private EvidenceRefusal? SetBody(DcapBody body, int start)
    {
        (Body, _bodyStart, _bodySize) = (body, start, SizeOf(body));
        return _bytes.Length < start + _bodySize + 4 ? Malformed("the quote ends in its body") : null;
    }

    private static int SizeOf(DcapBody body) => body switch
    {
        DcapBody.Sgx => EnclaveReport.Size,
        DcapBody.Td10 => TdReport.Size10,
        DcapBody.Td15 => TdReport.Size15,
        _ => TdReport.Size15Ex,
    };

    private EvidenceRefusal? ReadSignatureData()
    {
        int start = _bodyStart + _bodySize + 4;
        uint size = Word(start - 4);
        if (size > (uint)(_bytes.Length - start)) return Malformed("the signature data is longer than the quote");
        Length = start + (int)size;
        _signature = start;
        int place = start + 2 * SignatureSize;
        if (Version >= 4)
        {
            // From version 4 on the QE's report is itself certification data, around the certificates.
            if (place + 6 > Length || Short(place) != QeReportCertification) return Malformed("the certification data is not of type 6 (QE report)");
            if (Word(place + 2) != (uint)(Length - place - 6)) return Malformed("the certification data does not end with the quote");
            place += 6;
        }
        return ReadQe(place);
    }

    private EvidenceRefusal? ReadQe(int place)
    {
        _qeReport = place;
        place += EnclaveReport.Size + SignatureSize;
        if (place + 2 > Length) return Malformed("the quote ends in the QE's report");
        (_qeAuthData, _qeAuthSize) = (place + 2, Short(place));
        place = _qeAuthData + _qeAuthSize;
        if (place + 6 > Length) return Malformed("the quote ends in the QE's authentication data");
        CertificationType = Short(place);
        if (CertificationType is < 1 or > PckChainCertification) return Malformed($"the certification data is of type {CertificationType}, not 1 to 5");
        (_certificates, _certificatesSize) = (place + 6, Length - place - 6);
        return Word(place + 2) == (uint)_certificatesSize ? null : Malformed("the certificates do not end with the quote");
    }

    private static EvidenceRefusal Malformed(string what) => new(EvidenceCheck.Format, $"the quote cannot be read: {what}");

    private int Short(int offset) => BinaryPrimitives.ReadUInt16LittleEndian(_bytes.AsSpan(offset));

    private uint Word(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(offset));
}
