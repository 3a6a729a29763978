using System.Collections.Frozen;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>JSON-RPC 2.0: whole messages in, whole answers out, single calls and batches.</summary>
internal sealed class RpcServer(RpcNode node)
{
    private static readonly FrozenDictionary<string, RpcHandler> Methods = MethodTable.Build();
    private static readonly FrozenDictionary<string, RpcHandler>.AlternateLookup<ReadOnlySpan<char>> MethodsByName =
        Methods.GetAlternateLookup<ReadOnlySpan<char>>();

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
        else
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
        BatchBudget? budget = null)
    {
        if (request.Kind == RpcRequestKind.Invalid)
        {
            RpcCall.WriteError(answer, request.Id.Span, RpcError.InvalidRequest);
            return default;
        }
        return new RpcCall(Node, request, caller, stream, answer, cancellation, budget).AnswerAsync(Find(request.Method.Span));
    }

    /// <summary>The elements run at the same time, each started in its turn, so that transactions of one sender arrive in order.</summary>
    private async ValueTask AnswerBatchAsync(
        List<RpcRequest> batch, Caller caller, StreamMessage? stream, ByteWriter answer, CancellationToken cancellation)
    {
        if (batch.Count == 0)
        {
            WriteAlone(answer, RpcError.EmptyBatch);
            return;
        }
        if (batch.Count > RpcLimits.BatchRequests)
        {
            RefuseBatch(batch, answer);
            return;
        }
        await Task.Yield(); // many calls are no longer quick, see MethodTable
        var answers = new ByteWriter[batch.Count];
        var running = new Task[batch.Count];
        var budget = new BatchBudget(Node.Services.Node);
        for (int i = 0; i < running.Length; i++)
        {
            answers[i] = AnswerWriters.Rent();
            running[i] = AnswerOneAsync(batch[i], caller, stream, answers[i], cancellation, budget).AsTask();
        }
        await Task.WhenAll(running);
        Join(batch, answers, answer);
        foreach (ByteWriter written in answers) AnswerWriters.Return(written);
    }

    private static void RefuseBatch(List<RpcRequest> batch, ByteWriter answer)
    {
        RpcRequest first = batch.Find(static request => request.Kind == RpcRequestKind.Call);
        answer.WriteByte((byte)'[');
        RpcCall.WriteError(answer, first.Id.Span, RpcError.BatchTooLarge);
        answer.WriteByte((byte)']');
    }

    private static void Join(List<RpcRequest> batch, ByteWriter[] answers, ByteWriter answer)
    {
        int start = answer.Length;
        long bytes = 0;
        answer.WriteByte((byte)'[');
        for (int i = 0; i < answers.Length; i++)
        {
            if (answers[i].Length == 0) continue;
            answer.Separate();
            if (bytes > RpcLimits.BatchAnswerBytes) RpcCall.WriteError(answer, batch[i].Id.Span, RpcError.AnswerTooLarge);
            else answer.Raw(answers[i].Span);
            bytes += answers[i].Length;
        }
        answer.WriteByte((byte)']');
        if (bytes == 0) answer.Truncate(start);
    }

    private static RpcHandler? Find(ReadOnlySpan<byte> method)
    {
        Span<char> name = stackalloc char[RpcLimits.MethodName];
        if (method.Length > name.Length
            || Ascii.ToUtf16(method, name, out int length) != System.Buffers.OperationStatus.Done) return null;
        return MethodsByName.TryGetValue(name[..length], out RpcHandler? handler) ? handler : null;
    }
}
