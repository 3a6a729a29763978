using System.Text.Json;
using System.Text.Unicode;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>JSON-RPC 2.0: whole messages in, whole answers out, single calls and batches.</summary>
internal sealed class RpcServer(RpcNode node)
{
    public RpcNode Node { get; } = node;

    /// <summary>Writes the answer; nothing where only notifications came. The message must stay until this completes.</summary>
    public ValueTask AnswerAsync(
        ReadOnlyMemory<byte> message, Caller caller, StreamMessage? stream, ByteWriter answer, CancellationToken cancellation)
    {
        if (message.Span.IndexOfAnyExcept(" \t\r\n"u8) < 0) return default;
        if (!TryParse(message, out RpcRequest single, out List<RpcRequest>? batch)) WriteAlone(answer, RpcError.Parse);
        else if (batch is not null) return AnswerBatchAsync(batch, caller, stream, answer, cancellation);
        else return AnswerOneAsync(single, caller, stream, answer, cancellation);
        return default;
    }

    /// <summary>Answers all calls of a message with one error.</summary>
    public static void Refuse(ReadOnlyMemory<byte> message, ByteWriter answer, RpcError error)
    {
        if (!TryParse(message, out RpcRequest single, out List<RpcRequest>? batch)) WriteAlone(answer, RpcError.Parse);
        else if (batch is null) RpcCall.WriteError(answer, single.Id.Span, error);
        else RefuseEach(batch, answer, error);
    }

    private static void RefuseEach(List<RpcRequest> batch, ByteWriter answer, RpcError error)
    {
        answer.WriteByte((byte)'[');
        foreach (RpcRequest request in batch)
        {
            if (request.Kind == RpcRequestKind.Notification) continue;
            answer.Separate();
            RpcCall.WriteError(answer, request.Id.Span, error);
        }
        answer.WriteByte((byte)']');
    }

    private static void WriteAlone(ByteWriter answer, RpcError error) => RpcCall.WriteError(answer, default, error);

    private static bool TryParse(ReadOnlyMemory<byte> message, out RpcRequest single, out List<RpcRequest>? batch)
    {
        single = default;
        batch = null;
        if (!Utf8.IsValid(message.Span)) return false;
        try
        {
            var json = new Utf8JsonReader(message.Span, new JsonReaderOptions { MaxDepth = RpcLimits.Depth });
            json.Read();
            if (json.TokenType == JsonTokenType.StartArray)
            {
                batch = [];
                while (json.Read() && json.TokenType != JsonTokenType.EndArray) batch.Add(RpcRequest.Read(ref json, message));
            }
            else single = RpcRequest.Read(ref json, message);
            return !json.Read();
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: an escape that is no Unicode.
            return false;
        }
    }

    private ValueTask AnswerOneAsync(
        in RpcRequest request, Caller caller, StreamMessage? stream, ByteWriter answer, CancellationToken cancellation,
        BatchBudget? budget = null, AdmissionResult? admission = null)
    {
        if (request.Kind == RpcRequestKind.Invalid)
        {
            RpcCall.WriteError(answer, request.Id.Span, RpcError.InvalidRequest);
            return default;
        }
        return new RpcCall(Node, request, caller, stream, answer, cancellation, budget) { Admission = admission }.AnswerAsync(MethodTable.Find(request.Method.Span)?.Handler);
    }

    private async ValueTask AnswerBatchAsync(
        List<RpcRequest> batch, Caller caller, StreamMessage? stream, ByteWriter answer, CancellationToken cancellation)
    {
        if (batch.Count == 0) WriteAlone(answer, RpcError.EmptyBatch);
        else if (batch.Count > RpcLimits.BatchRequests) RefuseBatch(batch, answer);
        else if (BatchRun.IsBulk(batch) && Node.Services.Bulk.Waiting >= RpcLimits.WaitingTurns) RefuseEach(batch, answer, RpcError.TooManyWait);
        else
        {
            await Task.Yield(); // many calls are no longer quick, see MethodTable
            Task Begin(RpcRequest request, ByteWriter one, BatchBudget budget, AdmissionResult? admission) =>
                AnswerOneAsync(request, caller, stream, one, cancellation, budget, admission).AsTask();
            await new BatchRun(Node, batch, caller, Begin).AnswerAsync(answer);
        }
    }

    private static void RefuseBatch(List<RpcRequest> batch, ByteWriter answer)
    {
        RpcRequest first = batch.Find(static request => request.Kind == RpcRequestKind.Call);
        answer.WriteByte((byte)'[');
        RpcCall.WriteError(answer, first.Id.Span, RpcError.BatchTooLarge);
        answer.WriteByte((byte)']');
    }
}
