using Coco.Evm;

namespace Coco.Bench;

/// <summary>A key pair of the generator.</summary>
public sealed record BenchAccount(ReadOnlyMemory<byte> PrivateKey, Address Address);
