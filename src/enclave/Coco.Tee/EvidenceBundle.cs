using System.Diagnostics.CodeAnalysis;
using Coco.Primitives;

namespace Coco.Tee;

/// <summary>What a part of a bundle is; the number on the wire.</summary>
public enum EvidencePart : byte
{
    /// <summary>The hardware's signed report or quote, or a VBS enclave's report.</summary>
    Report = 1,

    /// <summary>One DER certificate; the one whose key signed the report first.</summary>
    Certificate,

    /// <summary>One DER revocation list.</summary>
    RevocationList,

    /// <summary>Intel's collateral: <see cref="DcapCollateral"/>.</summary>
    Collateral,

    /// <summary>Azure's HCL report.</summary>
    HclReport,

    /// <summary>A TPM's quote: TPMS_ATTEST.</summary>
    TpmQuote,

    /// <summary>The TPM's signature over it.</summary>
    TpmSignature,

    /// <summary>The values of the quoted PCRs in ascending order, one after the other.</summary>
    PcrValues,

    /// <summary>The measured boot log.</summary>
    BootLog,

    /// <summary>A COSE_Sign1 statement that endorses the measurement.</summary>
    Endorsement,

    /// <summary>The TPM's attestation key as TPMT_PUBLIC, where no certificate names it.</summary>
    TpmPublicKey,

    /// <summary>The 64 bytes of report data whose SHA-256 the TPM's quote holds, where the report has no room for them.</summary>
    ReportData,
}

/// <summary>
/// Evidence of hardware with all that verifies it, as parts: version (1 byte), then kind (1 byte) and content behind its 32-bit
/// length, by ascending kind. Only certificates and revocation lists may come more than once.
/// </summary>
public sealed class EvidenceBundle
{
    private const byte Version = 1;

    private readonly List<(EvidencePart Kind, ReadOnlyMemory<byte> Content)> _parts = [];

    public EvidenceBundle Add(EvidencePart kind, ReadOnlyMemory<byte> content)
    {
        int place = _parts.FindLastIndex(part => part.Kind <= kind) + 1;
        _parts.Insert(place, (kind, content));
        return this;
    }

    public bool IsEmpty => _parts.Count == 0;

    public bool Has(EvidencePart kind) => _parts.Exists(part => part.Kind == kind);

    /// <summary>Empty if there is none.</summary>
    public ReadOnlyMemory<byte> Get(EvidencePart kind) => _parts.Find(part => part.Kind == kind).Content;

    public IEnumerable<ReadOnlyMemory<byte>> All(EvidencePart kind) => _parts.Where(part => part.Kind == kind).Select(part => part.Content);

    /// <summary>A copy with this part; of kinds that come once, in place of the one that was there.</summary>
    public EvidenceBundle With(EvidencePart kind, ReadOnlyMemory<byte> content)
    {
        var copy = new EvidenceBundle();
        bool isRepeated = kind is EvidencePart.Certificate or EvidencePart.RevocationList;
        foreach ((EvidencePart known, ReadOnlyMemory<byte> part) in _parts)
            if (isRepeated || known != kind) copy.Add(known, part);
        return copy.Add(kind, content);
    }

    public byte[] Encode()
    {
        var writer = new ByteWriter();
        writer.WriteByte(Version);
        foreach ((EvidencePart kind, ReadOnlyMemory<byte> content) in _parts)
        {
            writer.WriteByte((byte)kind);
            writer.WriteBytes(content.Span);
        }
        return writer.ToArray();
    }

    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out EvidenceBundle? bundle)
    {
        bundle = null;
        var read = new EvidenceBundle();
        var reader = new SpanReader(bytes);
        if (!reader.TryReadByte(out byte version) || version != Version) return false;
        byte last = 0;
        while (!reader.IsAtEnd)
        {
            if (!reader.TryReadByte(out byte kind) || kind < last || !Enum.IsDefined((EvidencePart)kind)) return false;
            if (kind == last && (EvidencePart)kind is not (EvidencePart.Certificate or EvidencePart.RevocationList)) return false;
            if (!reader.TryReadBytes(Limits.MaxEvidenceSize, out ReadOnlySpan<byte> content)) return false;
            if (read._parts.Count == Limits.MaxBundleParts) return false;
            read._parts.Add(((EvidencePart)kind, content.ToArray()));
            last = kind;
        }
        bundle = read;
        return read._parts.Count > 0;
    }
}
