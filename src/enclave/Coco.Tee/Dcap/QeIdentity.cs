using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Coco.Tee;

/// <summary>Which quoting enclave Intel answers for (PCS v4, QE identity version 2). Read after its signature was verified.</summary>
public sealed record QeIdentity(
    string Id, DateTimeOffset IssueDate, DateTimeOffset NextUpdate, int EvaluationDataNumber, ImmutableArray<byte> MiscSelect, ImmutableArray<byte> MiscSelectMask,
    ImmutableArray<byte> Attributes, ImmutableArray<byte> AttributesMask, ImmutableArray<byte> Signer, int ProductId, ImmutableArray<TcbLevel> Levels)
{
    private const int Version = 2;

    public static bool TryRead(ReadOnlyMemory<byte> json, [NotNullWhen(true)] out QeIdentity? identity)
    {
        identity = null;
        try
        {
            using JsonDocument document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = Limits.MaxJsonDepth });
            JsonElement root = document.RootElement;
            if (root.GetProperty("version").GetInt32() != Version) return false;
            identity = new QeIdentity(
                root.GetProperty("id").GetString() ?? "", TcbInfo.Time(root, "issueDate"), TcbInfo.Time(root, "nextUpdate"),
                root.GetProperty("tcbEvaluationDataNumber").GetInt32(),
                TcbInfo.Hex(root, "miscselect", 4), TcbInfo.Hex(root, "miscselectMask", 4),
                TcbInfo.Hex(root, "attributes", 16), TcbInfo.Hex(root, "attributesMask", 16),
                TcbInfo.Hex(root, "mrsigner", 32), root.GetProperty("isvprodid").GetInt32(), TcbInfo.ReadLevels(root));
            return true;
        }
        catch (Exception malformed) when (TcbInfo.IsMalformed(malformed))
        {
            return false;
        }
    }

    /// <summary>Null if the report is of this enclave. Its security version is judged apart: <see cref="TcbEvaluation"/>.</summary>
    public EvidenceRefusal? Check(EnclaveReport report)
    {
        if (!report.MrSigner.SequenceEqual(Signer.AsSpan()) || report.ProductId != ProductId)
            return new EvidenceRefusal(EvidenceCheck.QeIdentity, "the quoting enclave is not the one that Intel names");
        return TcbEvaluation.EqualsMasked(report.MiscSelect, MiscSelect, MiscSelectMask) && TcbEvaluation.EqualsMasked(report.Attributes, Attributes, AttributesMask)
            ? null
            : new EvidenceRefusal(EvidenceCheck.QeIdentity, "the quoting enclave has other attributes than Intel names");
    }
}
