using Coco.Evm;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum;

/// <summary>An address and storage keys that a transaction says it will use (EIP-2930).</summary>
public sealed record AccessListItem(Address Address, UInt256[] Keys);

/// <summary>A signed wish of an account to have its code set (EIP-7702). V is the y parity, as it stood.</summary>
public sealed record SignedAuthorization(UInt256 ChainId, Address Address, ulong Nonce, byte YParity, UInt256 R, UInt256 S);
