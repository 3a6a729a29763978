using System.Text;
using Coco.Evm;

namespace Coco.Bench;

/// <summary>
/// Everything that a run sends, in order, and who sends it: all operations of one sender go over one connection, so that nonces
/// arrive in their order without the connections waiting for one another.
/// </summary>
public sealed class LoadPlan
{
    private readonly byte[][] _balanceCalls;
    private readonly byte[] _logsCall;

    public LoadPlan(SignedTransactions transactions, Operation[] operations, IReadOnlyList<Address> senders, Address token)
    {
        Transactions = transactions;
        Operations = operations;
        bool reads = operations.Any(operation => operation.Kind != OperationKind.Send);
        _balanceCalls = reads ? [.. senders.Select(sender => BalanceCall(sender, token))] : [];
        _logsCall = Encoding.UTF8.GetBytes(
            $"\"eth_getLogs\",\"params\":[{{\"fromBlock\":\"latest\",\"toBlock\":\"latest\",\"address\":\"{token}\"}}]}}");
    }

    public SignedTransactions Transactions { get; }
    public Operation[] Operations { get; }

    /// <summary>Transactions are sent by <c>eth_sendRawTransactionSync</c> (EIP-7966), whose answer is the receipt.</summary>
    public bool IsSynchronous { get; init; }

    /// <summary>Writes the call of an operation: an object of JSON-RPC with <paramref name="id"/>.</summary>
    public void WriteCall(RequestBuffer request, int operation, int id)
    {
        (OperationKind kind, int subject) = Operations[operation];
        switch (kind)
        {
            case OperationKind.Send:
                Begin(request, id);
                request.Append(IsSynchronous ? "\"eth_sendRawTransactionSync\",\"params\":[\"0x"u8 : "\"eth_sendRawTransaction\",\"params\":[\"0x"u8);
                request.AppendHex(Transactions.Raw(subject));
                request.Append("\"]}"u8);
                return;
            case OperationKind.ReadReceipt:
                WriteReceiptCall(request, subject, id);
                return;
            case OperationKind.ReadBalance:
                Begin(request, id);
                request.Append(_balanceCalls[Transactions.SenderOf(subject)]);
                return;
            default:
                Begin(request, id);
                request.Append(_logsCall);
                return;
        }
    }

    public void WriteReceiptCall(RequestBuffer request, int transaction, int id)
    {
        Begin(request, id);
        request.Append("\"eth_getTransactionReceipt\",\"params\":[\"0x"u8);
        request.AppendHex(Transactions.HashOf(transaction).Span);
        request.Append("\"]}"u8);
    }

    /// <summary>Splits the operations over the connections, keeping their order.</summary>
    public int[][] Split(int connections)
    {
        List<int>[] parts = [.. Enumerable.Range(0, connections).Select(_ => new List<int>())];
        for (int i = 0; i < Operations.Length; i++) parts[ConnectionOf(i, connections)].Add(i);
        return [.. parts.Select(part => part.ToArray())];
    }

    public int ConnectionOf(int operation, int connections) => Transactions.SenderOf(Operations[operation].Subject) % connections;

    private static void Begin(RequestBuffer request, int id)
    {
        request.Append("{\"jsonrpc\":\"2.0\",\"id\":"u8);
        request.AppendNumber(id);
        request.Append(",\"method\":"u8);
    }

    private static byte[] BalanceCall(Address sender, Address token) => Encoding.UTF8.GetBytes(
        $"\"eth_call\",\"params\":[{{\"to\":\"{token}\",\"data\":\"0x{Convert.ToHexStringLower(TokenContract.BalanceOf(sender))}\"}},\"latest\"]}}");
}
