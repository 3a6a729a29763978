using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum;

/// <summary>A full block as other Ethereum nodes exchange it.</summary>
public sealed record Block(
    BlockHeader Header, IReadOnlyList<EthereumTransaction> Transactions, IReadOnlyList<BlockHeader> Ommers,
    IReadOnlyList<Withdrawal>? Withdrawals)
{
    /// <summary>The error names the part that could not be read.</summary>
    public static bool TryDecode(ReadOnlyMemory<byte> rlp, out Block? block, out string? error)
    {
        block = null;
        error = null;
        var outer = new RlpReader(rlp.Span);
        RlpReader list = outer.ReadList();
        BlockHeader header = BlockHeader.Read(ref list);
        if (!TryReadTransactions(rlp, ref list, out List<EthereumTransaction> transactions, out error)) return false;
        List<BlockHeader> ommers = ReadOmmers(ref list);
        List<Withdrawal>? withdrawals = list.IsAtEnd ? null : ReadWithdrawals(ref list);
        outer.Finish(list);
        if (outer.End() is var wrong && wrong != RlpError.None)
        {
            error = wrong.Text();
            return false;
        }
        block = new Block(header, transactions, ommers, withdrawals);
        return true;
    }

    public Hash256 TransactionsRoot()
    {
        var root = new OrderedRoot();
        for (int i = 0; i < Transactions.Count; i++) root.Add(Transactions[i].Raw.Span);
        return root.Root();
    }

    public Hash256? WithdrawalsRoot()
    {
        if (Withdrawals is null) return null;
        var root = new OrderedRoot();
        var writer = new ByteWriter();
        for (int i = 0; i < Withdrawals.Count; i++)
        {
            writer.Clear();
            Withdrawals[i].Write(writer);
            root.Add(writer.Span);
        }
        return root.Root();
    }

    public Hash256 OmmersHash()
    {
        var writer = new ByteWriter();
        int list = writer.BeginList();
        for (int i = 0; i < Ommers.Count; i++) Ommers[i].Write(writer);
        writer.EndList(list);
        return Keccak256.Hash(writer.Span);
    }

    public byte[] Encode()
    {
        var writer = new ByteWriter(4096);
        int list = writer.BeginList();
        Header.Write(writer);
        int transactions = writer.BeginList();
        for (int i = 0; i < Transactions.Count; i++)
        {
            if (Transactions[i].Type == TransactionType.Legacy) writer.RlpRaw(Transactions[i].Raw.Span);
            else writer.RlpBytes(Transactions[i].Raw.Span);
        }
        writer.EndList(transactions);
        int ommers = writer.BeginList();
        for (int i = 0; i < Ommers.Count; i++) Ommers[i].Write(writer);
        writer.EndList(ommers);
        if (Withdrawals is not null)
        {
            int withdrawals = writer.BeginList();
            for (int i = 0; i < Withdrawals.Count; i++) Withdrawals[i].Write(writer);
            writer.EndList(withdrawals);
        }
        writer.EndList(list);
        return writer.ToArray();
    }

    private static bool TryReadTransactions(
        ReadOnlyMemory<byte> rlp, ref RlpReader block, out List<EthereumTransaction> transactions, out string? error)
    {
        transactions = [];
        error = null;
        RlpReader list = block.ReadList();
        while (!list.IsAtEnd)
        {
            ReadOnlySpan<byte> raw = list.IsNextList ? list.ReadRaw() : list.ReadBytes();
            if (list.Failed) break;
            byte[] own = raw.ToArray();
            if (!TransactionDecoder.TryDecode(own, out EthereumTransaction? transaction, out error)) return false;
            transactions.Add(transaction!);
        }
        block.Finish(list);
        return true;
    }

    private static List<BlockHeader> ReadOmmers(ref RlpReader block)
    {
        List<BlockHeader> ommers = [];
        RlpReader list = block.ReadList();
        while (!list.IsAtEnd) ommers.Add(BlockHeader.Read(ref list));
        block.Finish(list);
        return ommers;
    }

    private static List<Withdrawal> ReadWithdrawals(ref RlpReader block)
    {
        List<Withdrawal> withdrawals = [];
        RlpReader list = block.ReadList();
        while (!list.IsAtEnd) withdrawals.Add(Withdrawal.Read(ref list));
        block.Finish(list);
        return withdrawals;
    }
}
