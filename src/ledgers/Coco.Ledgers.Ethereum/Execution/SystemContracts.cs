using Coco.Crypto;
using Coco.Evm;
using Coco.Evm.State;
using Coco.Evm.Transactions;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum;

/// <summary>What the protocol itself does at the edges of a block, where its contracts exist (EIP-4788, 2935, 7002, 7251, 6110).</summary>
public static class SystemContracts
{
    private const long Gas = 30_000_000;
    private const byte DepositType = 0;
    private const byte WithdrawalType = 1;
    private const byte ConsolidationType = 2;

    private static readonly Address Caller = Parse("fffffffffffffffffffffffffffffffffffffffe");
    private static readonly Address BeaconRoots = Parse("000f3df6d732807ef1319fb7b8bb8522d0beac02");
    private static readonly Address History = Parse("0000f90827f1c53a10cb7a02335b175320002935");
    private static readonly Address Withdrawals = Parse("00000961ef480eb55e80d19ad83579a64c007002");
    private static readonly Address Consolidations = Parse("0000bbddc7ce488642fb579f8b00f3a590007251");
    private static readonly Address Deposits = Parse("00000000219ab540356cbb839cbe05303d7705fa");
    private static readonly Hash256 DepositEvent = Hash("649bbc62d0e31342afea4e5cd82d4049e7e1ee912fc0889aa790803be39038c5");

    /// <summary>Before the first transaction. <paramref name="parentHash"/> is asked only if a contract wants it.</summary>
    public static void Begin(TransactionProcessor processor, BlockEnvironment block, in Hash256 beaconRoot, Func<Hash256> parentHash)
    {
        if (block.Fork >= EvmFork.Cancun && IsThere(processor.State, BeaconRoots))
            processor.SystemCall(block, Caller, BeaconRoots, beaconRoot.ToArray(), Gas);
        if (block.Fork >= EvmFork.Prague && IsThere(processor.State, History))
            processor.SystemCall(block, Caller, History, parentHash().ToArray(), Gas);
    }

    /// <summary>After the last transaction: the requests of the block, each with its type (EIP-7685); null where a contract is missing or fails.</summary>
    public static List<byte[]>? End(TransactionProcessor processor, BlockEnvironment block, IReadOnlyList<TransactionReceipt> receipts)
    {
        var requests = new List<byte[]>();
        if (!TryReadDeposits(receipts, out byte[] deposits)) return null;
        if (deposits.Length > 1) requests.Add(deposits);
        foreach ((byte type, Address contract) in new[] { (WithdrawalType, Withdrawals), (ConsolidationType, Consolidations) })
        {
            if (!IsThere(processor.State, contract)) return null;
            TransactionResult result = processor.SystemCall(block, Caller, contract, default, Gas);
            if (!result.IsSuccess) return null;
            if (result.Output.Length > 0) requests.Add([type, .. result.Output.Span]);
        }
        return requests;
    }

    /// <summary>The header's requests hash.</summary>
    public static Hash256 RequestsHash(IReadOnlyList<byte[]> requests)
    {
        var hashes = new ByteWriter();
        for (int i = 0; i < requests.Count; i++) hashes.WriteHash(Sha256.Hash(requests[i]));
        return Sha256.Hash(hashes.Span);
    }

    private static bool IsThere(JournaledState state, in Address contract) => state.Code(state.Account(contract)).Length > 0;

    private static bool TryReadDeposits(IReadOnlyList<TransactionReceipt> receipts, out byte[] deposits)
    {
        var writer = new ByteWriter();
        writer.WriteByte(DepositType);
        deposits = [];
        for (int i = 0; i < receipts.Count; i++)
        {
            foreach (LogEntry log in receipts[i].Logs)
            {
                if (log.Address != Deposits || log.Topics.Count == 0 || log.Topics[0] != DepositEvent) continue;
                if (!TryReadDeposit(log.Data.Span, writer)) return false;
            }
        }
        deposits = writer.ToArray();
        return true;
    }

    /// <summary>The event's five byte strings at their fixed places (EIP-6110): key 48, credentials 32, amount 8, signature 96, index 8.</summary>
    private static bool TryReadDeposit(ReadOnlySpan<byte> data, ByteWriter writer)
    {
        if (data.Length != 576) return false;
        ReadOnlySpan<int> offsets = [160, 256, 320, 384, 512];
        ReadOnlySpan<int> sizes = [48, 32, 8, 96, 8];
        for (int i = 0; i < offsets.Length; i++)
        {
            if (new UInt256(data.Slice(i * 32, 32)) != (UInt256)(ulong)offsets[i]) return false;
            if (new UInt256(data.Slice(offsets[i], 32)) != (UInt256)(ulong)sizes[i]) return false;
            writer.WriteFixed(data.Slice(offsets[i] + 32, sizes[i]));
        }
        return true;
    }

    private static Address Parse(string hex) => new(Convert.FromHexString(hex));

    private static Hash256 Hash(string hex) => new(Convert.FromHexString(hex));
}
