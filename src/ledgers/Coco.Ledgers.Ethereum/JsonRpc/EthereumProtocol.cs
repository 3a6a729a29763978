using System.Buffers;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>Ethereum's client protocol (LED-2): JSON-RPC over HTTP and WebSocket. See docs/ledgers/ethereum-json-rpc.md.</summary>
public sealed class EthereumProtocol : IClientProtocol
{
    private const string Json = "application/json";
    private const string Linearizable = "linearizable";
    private const string ConsistencyHeader = "x-coco-consistency";
    private const string ConsistencyQuery = "consistency=linearizable";

    private readonly RpcServer _server;

    public EthereumProtocol(EthereumLedger ledger, LedgerServices services) => _server = new RpcServer(new RpcNode(ledger, services));

    public async ValueTask<HttpAnswer> HandleAsync(HttpQuestion question, IBufferWriter<byte> answer, CancellationToken cancellation)
    {
        if (question.Method != "POST") return new HttpAnswer(405, Json);
        ByteWriter writer = answer as ByteWriter ?? new ByteWriter(1024);
        if (IsLinearizable(question) && !await _server.Node.Services.State.WaitLinearizableAsync(cancellation))
            RpcServer.Refuse(question.Body, writer, RpcError.NotLinearizable);
        else await _server.AnswerAsync(question.Body, question.Caller, null, writer, cancellation);
        if (!ReferenceEquals(writer, answer)) answer.Write(writer.Span);
        return new HttpAnswer(200, Json);
    }

    public IStreamHandler Open(IClientStream stream) => new StreamSession(_server, stream);

    private static bool IsLinearizable(HttpQuestion question) =>
        question.Header(ConsistencyHeader) == Linearizable
        || (question.Query.Length > 0 && Array.IndexOf(question.Query.Split('&'), ConsistencyQuery) >= 0);
}
