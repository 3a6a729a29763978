using Coco.Crypto;
using Coco.Governance;
using Coco.Primitives;

namespace Coco.Simulation.Nodes;

/// <summary>Evidence of a simulated platform: the VN key's digest and the nonce. The genesis has none.</summary>
internal static class SimulatedEvidence
{
    public static byte[] Make(ReadOnlySpan<byte> publicKey, in Hash256 nonce) => [.. Sha256.Hash(publicKey).Span, .. nonce.Span];

    /// <summary>Null: it holds.</summary>
    public static string? Judge(ReadOnlySpan<byte> evidence, ReadOnlySpan<byte> publicKey, in Hash256 nonce) =>
        evidence.SequenceEqual(Make(publicKey, nonce)) ? null : "it is not of this key and nonce";

    public static string? Judge(GovernanceEntry entry, GovernanceState? before)
    {
        switch (entry)
        {
            case GovernanceEntry.NodeAdmitted admitted:
                return Judge(admitted.Evidence.Span, admitted.PublicKey.Span, Hash256.Zero);
            case GovernanceEntry.LeasesRenewed renewed when before is not null:
                foreach (Renewal renewal in renewed.Renewals)
                    if (before.Find(renewal.Id) is { } node && Judge(renewal.Evidence.Span, node.PublicKey.Span, renewal.Nonce) is { } refusal) return refusal;
                return null;
            default:
                return null;
        }
    }
}
