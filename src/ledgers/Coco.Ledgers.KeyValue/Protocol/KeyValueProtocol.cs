using System.Buffers;
using Coco.Primitives;

namespace Coco.Ledgers.KeyValue.Protocol;

/// <summary>The client protocol of docs/ledgers/keyvalue.md: HTTP calls, and the same calls as WebSocket messages.</summary>
internal sealed class KeyValueProtocol(LedgerServices services) : IClientProtocol
{
    private const string Prefix = "/kv/";
    private const string Json = "application/json";
    private const string Linearizable = "linearizable";

    public async ValueTask<HttpAnswer> HandleAsync(
        HttpQuestion question, IBufferWriter<byte> answer, CancellationToken cancellation)
    {
        int status = question switch
        {
            { Path: var path } when !path.StartsWith(Prefix, StringComparison.Ordinal) => NotFound(answer),
            { Method: not "POST" } => KeyValueAnswers.Error(answer, 405, "Calls are sent by POST."),
            { Path: Prefix + "submit" } => await SubmitAsync(question.Body.ToArray(), question.Caller, answer, cancellation),
            _ => await CallAsync(question, answer, cancellation),
        };
        return new HttpAnswer(status, Json);
    }

    public IStreamHandler Open(IClientStream stream) => new StreamHandler(this, stream);

    private static int NotFound(IBufferWriter<byte> answer) => KeyValueAnswers.Error(answer, 404, "There is no such call.");

    private static KeyValueOperation? OperationOf(string method) => method switch
    {
        "put" => KeyValueOperation.Put,
        "delete" => KeyValueOperation.Delete,
        "compareAndSet" => KeyValueOperation.CompareAndSet,
        "random" => KeyValueOperation.Random,
        "now" => KeyValueOperation.Now,
        _ => null,
    };

    private async ValueTask<int> CallAsync(
        HttpQuestion question, IBufferWriter<byte> answer, CancellationToken cancellation)
    {
        if (!KeyValueCall.TryParse(question.Body, out KeyValueCall call, out string? error))
            return KeyValueAnswers.Error(answer, 400, error!);
        bool isLinearizable = question.Query == "consistency=" + Linearizable
            || question.Header("X-Coco-Consistency") == Linearizable;
        return await CallAsync(question.Path[Prefix.Length..], call, question.Caller, isLinearizable, answer, cancellation);
    }

    private async ValueTask<int> CallAsync(
        string method, KeyValueCall call, Caller caller, bool isLinearizable, IBufferWriter<byte> answer,
        CancellationToken cancellation)
    {
        if (OperationOf(method) is { } operation)
        {
            return call.TryEncode(operation, services.Node.UnixMs, out byte[] request, out string? error)
                ? await SubmitAsync(request, caller, answer, cancellation)
                : KeyValueAnswers.Error(answer, 400, error!);
        }
        if (method is not ("get" or "range")) return NotFound(answer);
        if (isLinearizable && !await services.State.WaitLinearizableAsync(cancellation))
            return KeyValueAnswers.Error(answer, 503, "No leader can say what is committed; try again later.");
        if (method == "range") await Task.Yield(); // not quick, see IClientProtocol
        using ICommittedView view = services.State.Open();
        return method == "get"
            ? KeyValueReads.Get(view, call, services.Access, caller, answer)
            : KeyValueReads.Range(view, call, services.Access, caller, answer);
    }

    private async ValueTask<int> SubmitAsync(
        byte[] request, Caller caller, IBufferWriter<byte> answer, CancellationToken cancellation)
    {
        if (!KeyValueTransaction.TryDecode(request, out KeyValueTransaction? transaction))
            return KeyValueAnswers.Refused(answer, KeyValueRefusals.Malformed);
        var resource = new Resource("key", transaction!.Key);
        if (services.Access.Decide(caller, AccessVerb.Transact, resource) != AccessDecision.Allow)
            return KeyValueAnswers.Error(answer, 403, "The key may not be written.");
        if (TryAnswerNow(transaction, answer, out int status)) return status;
        Submission submission = await services.Submitter.SubmitAsync(transaction, cancellation);
        if (TryAnswerOutcome(transaction, answer, out status)) return status;
        Refusal? refused = submission.State == SubmissionState.Busy ? KeyValueRefusals.PoolFull : submission.Refusal;
        return refused is { } refusal
            ? KeyValueAnswers.Refused(answer, refusal)
            : KeyValueAnswers.State(answer, transaction, submission.State);
    }

    /// <summary>Sent before, or beyond its time: the committed state has the answer.</summary>
    private bool TryAnswerNow(KeyValueTransaction transaction, IBufferWriter<byte> answer, out int status)
    {
        if (TryAnswerOutcome(transaction, answer, out status)) return true;
        using ICommittedView view = services.State.Open();
        if (KeyValueLedger.RefusalOf(transaction, view) is not { } refusal) return false;
        status = KeyValueAnswers.Refused(answer, refusal);
        return true;
    }

    private bool TryAnswerOutcome(KeyValueTransaction transaction, IBufferWriter<byte> answer, out int status)
    {
        status = 0;
        using ICommittedView view = services.State.Open();
        if (!ExecutedIds.TryGet(view, transaction.Id, out Outcome outcome)) return false;
        status = outcome.ContentDigest == transaction.ContentDigest
            ? KeyValueAnswers.Outcome(answer, transaction, outcome)
            : KeyValueAnswers.Refused(answer, KeyValueRefusals.AlreadyExecuted);
        return true;
    }

    /// <summary>One WebSocket: messages with a <c>method</c>, answered in order.</summary>
    private sealed class StreamHandler(KeyValueProtocol protocol, IClientStream stream) : IStreamHandler
    {
        public async ValueTask HandleAsync(ReadOnlyMemory<byte> message, CancellationToken cancellation)
        {
            try
            {
                var answer = new ByteWriter();
                if (!KeyValueCall.TryParse(message, out KeyValueCall call, out string? error))
                    KeyValueAnswers.Error(answer, 400, error!);
                else
                    await protocol.CallAsync(call.Method ?? "", call, stream.Caller, isLinearizable: false, answer, cancellation);
                stream.Send(answer.ToArray());
            }
            finally
            {
                stream.Answered(message.Length);
            }
        }

        public void Dispose()
        {
        }
    }
}
