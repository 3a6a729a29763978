using System.Collections.Immutable;
using System.Text;
using Coco.Crypto;
using Coco.Evm;
using Coco.Ledgers.Ethereum;
using Coco.Primitives;

namespace Coco.Simulation.Ledgers;

/// <summary>An account of a simulated Ethereum network; the same in every run.</summary>
internal sealed class EthereumAccount
{
    private readonly byte[] _key;

    private EthereumAccount(int number)
    {
        _key = Sha256.Hash(Encoding.ASCII.GetBytes($"coco simulation account {number}")).ToArray();
        Span<byte> publicKey = stackalloc byte[Secp256k1.PublicKeySize], address = stackalloc byte[Secp256k1.AddressSize];
        Invariant.Holds(Secp256k1.TryGetPublicKey(_key, publicKey), "the key is below the group's order");
        Secp256k1.AddressOf(publicKey, address);
        Address = new Address(address);
    }

    /// <summary>One for each client that a network may have.</summary>
    public static ImmutableArray<EthereumAccount> All { get; } = [.. Enumerable.Range(0, 8).Select(number => new EthereumAccount(number))];

    public Address Address { get; }

    public EthereumTransaction Sign(ulong nonce, Address to, ulong value) => TransactionEncoder.Sign(
        new EthereumTransaction
        {
            Type = TransactionType.DynamicFee,
            ChainId = EthereumTwin.ChainId,
            Nonce = nonce,
            MaxFeePerGas = 0,
            MaxPriorityFeePerGas = 0,
            GasLimit = 100_000,
            To = to,
            Value = value,
            Data = ReadOnlyMemory<byte>.Empty,
            V = default,
            R = default,
            S = default,
            Raw = default,
            Hash = default,
        },
        _key);
}
