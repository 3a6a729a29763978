namespace Coco.Tee;

/// <summary>A vendor's document that the network holds.</summary>
/// <param name="Kind">A certificate, a revocation list or Intel's collateral.</param>
public sealed record NetworkCollateral(EvidencePart Kind, ReadOnlyMemory<byte> Content);
