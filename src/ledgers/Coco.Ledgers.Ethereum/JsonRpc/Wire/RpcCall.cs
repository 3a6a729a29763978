using System.Text;
using Coco.Evm;
using Coco.Ledgers.Ethereum.Tracing;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>Answers one call: writes the result as JSON to <see cref="RpcCall.Result"/>, or returns the error.</summary>
internal delegate ValueTask<RpcError?> RpcHandler(RpcCall call);

/// <summary>One call under way.</summary>
internal sealed class RpcCall(
    RpcNode node, in RpcRequest request, Caller caller, StreamMessage? stream, ByteWriter answer, CancellationToken cancellation,
    BatchBudget? budget = null)
{
    private readonly RpcRequest _request = request;
    private readonly int _start = answer.Length;
    private int _charged = answer.Length;

    public RpcNode Node { get; } = node;
    public Caller Caller { get; } = caller;

    /// <summary>The WebSocket that it came by; null over HTTP.</summary>
    public StreamMessage? Stream { get; } = stream;

    public CancellationToken Cancellation { get; } = cancellation;

    /// <summary>What is known of its transaction before it begins.</summary>
    public AdmissionResult? Admission { get; init; }

    /// <summary>Where the result goes.</summary>
    public ByteWriter Result { get; } = answer;

    /// <summary>Milliseconds and bytes that are left for it where it is part of a batch.</summary>
    public ulong MsLeft => budget?.MsLeft ?? ulong.MaxValue;
    public long BytesLeft => budget?.BytesLeft ?? long.MaxValue;

    public ParamsReader Params() => new(_request.Params.Span);

    /// <summary>Whether the caller may see or do this (ACC-2).</summary>
    public bool May(AccessVerb verb, string kind, ReadOnlySpan<byte> id) =>
        Node.Services.Access.Decide(Caller, verb, new Resource(kind, id.ToArray())) == AccessDecision.Allow;

    /// <summary>Whether the caller may pretend this: code of its own over slots that stay reads them.</summary>
    public bool May(StateOverrides? state)
    {
        foreach (Address address in state?.Opened ?? [])
            if (!May(AccessVerb.Read, "storage", address.Span)) return false;
        return true;
    }

    public async ValueTask AnswerAsync(RpcHandler? handler)
    {
        Begin();
        RpcError? error = handler is null ? RpcError.NoMethod(Encoding.UTF8.GetString(_request.Method.Span)) : await HandleAsync(handler);
        if (ReferenceEquals(error, RpcError.NeedsPatience))
        {
            Result.Truncate(_start);
            Begin();
            error = await PatientThreads.RunAsync(() => HandleAsync(handler!));
        }
        if (error is null) Result.WriteByte((byte)'}');
        else
        {
            Result.Truncate(_start);
            WriteError(Result, _request.Id.Span, error);
        }
        if (_request.Kind == RpcRequestKind.Notification) Result.Truncate(_start);
        Charge();
    }

    /// <summary>What was written since the last time counts for its batch; the error where that has become too much.</summary>
    public RpcError? Charge()
    {
        budget?.Take(Result.Length - _charged);
        _charged = Result.Length;
        return budget?.Refusal;
    }

    private async ValueTask<RpcError?> HandleAsync(RpcHandler handler)
    {
        if (budget?.Refusal is { } over) return over;
        try
        {
            return await handler(this);
        }
        catch (TraceStoppedException stopped)
        {
            return stopped.Error;
        }
        catch (HistoryUnavailableException unavailable)
        {
            return RpcError.Of(unavailable.Message);
        }
        catch (Exception exception) when (exception is not OperationCanceledException and not InvariantException)
        {
            return RpcError.Internal;
        }
    }

    public static void WriteError(ByteWriter answer, ReadOnlySpan<byte> id, RpcError error)
    {
        answer.Raw("{\"jsonrpc\":\"2.0\",\"id\":"u8);
        answer.Raw(id.IsEmpty ? "null"u8 : id);
        answer.Raw(",\"error\":{\"code\":"u8);
        answer.Number(error.Code);
        answer.Raw(",\"message\":"u8);
        answer.Text(error.Message);
        if (error.Data is { } data)
        {
            answer.Raw(",\"data\":"u8);
            answer.Data(data.Span);
        }
        answer.Raw("}}"u8);
    }

    private void Begin()
    {
        Result.Raw("{\"jsonrpc\":\"2.0\",\"id\":"u8);
        Result.Raw(_request.Id.IsEmpty ? "null"u8 : _request.Id.Span);
        Result.Raw(",\"result\":"u8);
    }
}
