using Coco.Evm;
using Coco.Ledgers.Ethereum;
using Coco.Primitives;

namespace Coco.Conformance.Fuzz;

/// <summary>A contract that is there before the transaction.</summary>
internal sealed record FuzzContract(Address Address, UInt256 Balance, byte[] Code, Hash256 CodeHash, IReadOnlyDictionary<UInt256, UInt256> Storage);

/// <summary>
/// One random world and one random signed transaction in it. Where there is a peer, the accounts that authorize have a wei: anvil
/// takes every account for one that exists, and refunds accordingly (EIP-7702).
/// </summary>
internal sealed record FuzzCase(
    ulong Seed, EvmFork Fork, Address Sender, UInt256 SenderBalance, IReadOnlyList<FuzzContract> Contracts, EthereumTransaction Transaction,
    UInt256 AuthorityBalance)
{
    public IReadOnlyList<Address> Authorities { get; } =
        [.. Transaction.Authorizations.Select(item => SenderRecovery.TryRecover(item, out Address signer) ? signer : default)];
}
