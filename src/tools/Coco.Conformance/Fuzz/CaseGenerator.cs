using System.Buffers.Binary;
using Coco.Crypto;
using Coco.Evm;
using Coco.Ledgers.Ethereum;
using Coco.Primitives;

namespace Coco.Conformance.Fuzz;

/// <summary>Makes the case of a seed: some contracts with storage that know each other, and a signed transaction.</summary>
/// <param name="chainId">Of the network that the transaction is for.</param>
/// <param name="fork">The rules; null takes any fork, mostly the newest.</param>
internal sealed class CaseGenerator(ulong chainId, EvmFork? fork)
{
    private static readonly ulong[] Gwei = [3_000_000_000, 5_000_000_000, 50_000_000_000];

    public FuzzCase Make(ulong seed)
    {
        var random = new FuzzRandom(seed);
        EvmFork rules = fork ?? (random.OneIn(3) ? (EvmFork)random.Below((int)EvmFork.Osaka + 1) : EvmFork.Osaka);
        byte[] key = Hash("coco fuzz sender"u8, seed, 0).ToArray();
        Address sender = AddressOf(key);
        int count = random.Between(1, 4);
        Address[] contracts = [.. Enumerable.Range(1, count).Select(i => new Address(Hash("coco fuzz contract"u8, seed, (ulong)i).Span[12..]))];
        List<Address> others = [.. contracts, .. contracts, sender, Address.FromNumber((ulong)random.Between(1, 20)), new Address(random.Bytes(20))];
        var programs = new ProgramGenerator(random, others);
        FuzzContract[] made = [.. contracts.Select(address => Contract(address, random, programs))];
        EthereumTransaction transaction = Transaction(random, rules, seed, contracts, programs);
        ulong authorityBalance = fork is null ? seed & 1 : 1;
        return new FuzzCase(seed, rules, sender, new UInt256(0, 1 << 10), made, TransactionEncoder.Sign(transaction, key), authorityBalance);
    }

    private static FuzzContract Contract(Address address, FuzzRandom random, ProgramGenerator programs)
    {
        var storage = new Dictionary<UInt256, UInt256>();
        for (int i = random.Below(4); i > 0; i--) storage[(ulong)random.Below(6)] = (ulong)random.Between(1, 3);
        byte[] code = programs.Program(random.Between(1, 40));
        return new FuzzContract(address, (ulong)random.Below(100_000), code, Keccak256.Hash(code), storage);
    }

    private EthereumTransaction Transaction(FuzzRandom random, EvmFork rules, ulong seed, Address[] contracts, ProgramGenerator programs)
    {
        TransactionType type = Type(random, rules);
        bool creates = type != TransactionType.SetCode && random.OneIn(10);
        Address to = random.OneIn(15) ? Address.FromNumber((ulong)random.Between(1, 18)) : contracts[0];
        UInt256 fee = random.Of(Gwei), tip = type >= TransactionType.DynamicFee ? (UInt256)(ulong)random.Below(1_000_000_000) : fee;
        return new EthereumTransaction
        {
            Type = type,
            ChainId = rules < EvmFork.SpuriousDragon ? null : new UInt256(chainId),
            Nonce = 0,
            MaxFeePerGas = fee,
            MaxPriorityFeePerGas = tip,
            GasLimit = (ulong)(random.OneIn(10) ? random.Between(20_000, 120_000) : random.Between(100_000, FuzzLimits.MostGas)),
            To = creates ? null : to,
            Value = (ulong)(random.OneIn(3) ? random.Below(10_000) : 0),
            Data = creates ? programs.Program(random.Between(1, 30)) : random.Bytes(random.Below(200)),
            AccessList = type == TransactionType.Legacy ? [] : AccessList(random, contracts),
            Authorizations = type == TransactionType.SetCode ? Authorizations(random, seed, contracts) : [],
            V = default,
            R = default,
            S = default,
            Raw = default,
            Hash = default,
        };
    }

    private static TransactionType Type(FuzzRandom random, EvmFork rules)
    {
        TransactionType wanted = random.Of([TransactionType.Legacy, TransactionType.AccessList, TransactionType.DynamicFee, TransactionType.SetCode]);
        return wanted switch
        {
            TransactionType.AccessList when rules < EvmFork.Berlin => TransactionType.Legacy,
            TransactionType.DynamicFee when rules < EvmFork.London => TransactionType.Legacy,
            TransactionType.SetCode when rules < EvmFork.Prague => TransactionType.Legacy,
            _ => wanted,
        };
    }

    private static List<AccessListItem> AccessList(FuzzRandom random, Address[] contracts)
    {
        List<AccessListItem> items = [];
        for (int i = random.Below(3); i > 0; i--)
            items.Add(new AccessListItem(random.Of(contracts), [.. Enumerable.Range(0, random.Below(3)).Select(_ => (UInt256)(ulong)random.Below(6))]));
        return items;
    }

    /// <summary>Accounts with own keys take the code of a contract; some with a nonce or chain that makes them void.</summary>
    private List<SignedAuthorization> Authorizations(FuzzRandom random, ulong seed, Address[] contracts)
    {
        List<SignedAuthorization> items = [];
        for (int i = random.Between(1, 3); i > 0; i--)
        {
            byte[] key = Hash("coco fuzz authority"u8, seed, (ulong)random.Below(2)).ToArray();
            UInt256 chain = random.OneIn(4) ? (UInt256)(ulong)random.Below(3) : new UInt256(chainId);
            items.Add(Sign(chain, random.OneIn(8) ? default : random.Of(contracts), (ulong)(random.OneIn(5) ? random.Below(3) : 0), key));
        }
        return items;
    }

    private static SignedAuthorization Sign(in UInt256 chain, in Address address, ulong nonce, byte[] key)
    {
        var writer = new ByteWriter();
        writer.WriteByte(0x05); // EIP-7702: MAGIC
        int list = writer.BeginList();
        writer.Rlp(chain);
        writer.Rlp(address);
        writer.Rlp(nonce);
        writer.EndList(list);
        Span<byte> signature = stackalloc byte[Secp256k1.SignatureSize];
        Invariant.Holds(Secp256k1.TrySign(key, Keccak256.Hash(writer.Span).Span, signature, out int parity), "a hash is below the group's order");
        return new SignedAuthorization(chain, address, nonce, (byte)parity, new UInt256(signature[..32]), new UInt256(signature[32..]));
    }

    private static Hash256 Hash(ReadOnlySpan<byte> label, ulong seed, ulong number)
    {
        Span<byte> input = stackalloc byte[label.Length + 16];
        label.CopyTo(input);
        BinaryPrimitives.WriteUInt64BigEndian(input[label.Length..], seed);
        BinaryPrimitives.WriteUInt64BigEndian(input[(label.Length + 8)..], number);
        return Keccak256.Hash(input);
    }

    private static Address AddressOf(byte[] key)
    {
        Span<byte> publicKey = stackalloc byte[Secp256k1.PublicKeySize], address = stackalloc byte[Secp256k1.AddressSize];
        Invariant.Holds(Secp256k1.TryGetPublicKey(key, publicKey), "a hash is below the group's order");
        Secp256k1.AddressOf(publicKey, address);
        return new Address(address);
    }
}
