using Coco.Primitives;

namespace Coco.Evm.State;

/// <summary>An account as stored. <see cref="HasStorage"/> says whether any slot is nonzero (EIP-7610 asks).</summary>
public readonly record struct AccountInfo(ulong Nonce, UInt256 Balance, Hash256 CodeHash, bool HasStorage);
