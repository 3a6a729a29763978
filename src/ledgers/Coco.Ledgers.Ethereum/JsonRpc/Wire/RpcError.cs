namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>An error of JSON-RPC, with geth's codes and words.</summary>
/// <param name="Data">Given to the client as a hex string (revert data, a transaction's hash); null: none.</param>
internal sealed record RpcError(int Code, string Message, ReadOnlyMemory<byte>? Data = null)
{
    public const int Server = -32000;
    public const int InvalidParamsCode = -32602;
    public const int Reverted = 3;
    public const int NotInTime = 4;

    public static RpcError Parse { get; } = new(-32700, "parse error");
    public static RpcError InvalidRequest { get; } = new(-32600, "invalid request");
    public static RpcError EmptyBatch { get; } = new(-32600, "empty batch");
    public static RpcError BatchTooLarge { get; } = new(-32600, "batch too large");
    public static RpcError TimedOut { get; } = new(-32002, "request timed out");
    public static RpcError AnswerTooLarge { get; } = new(-32003, "response too large");
    public static RpcError TooManyWait { get; } = new(-32005, "limit exceeded: too many calls are waiting, try again later");
    public static RpcError Internal { get; } = new(-32603, "internal error");
    public static RpcError NoNotifications { get; } = new(-32601, "notifications not supported");
    public static RpcError HeaderNotFound { get; } = Of("header not found");
    public static RpcError UnknownBlock { get; } = Of("unknown block");
    public static RpcError FilterNotFound { get; } = Of("filter not found");
    public static RpcError Denied { get; } = Of("access denied");
    public static RpcError NotLinearizable { get; } = Of("linearizable read not possible: no leader can say what is committed");

    /// <summary>Never told to a client: the call is to be made again by one of <see cref="PatientThreads"/>.</summary>
    public static RpcError NeedsPatience { get; } = Of("the question waits for the disk");

    public static RpcError Of(string message) => new(Server, message);

    public static RpcError Of(Refusal refusal) => new(refusal.Code, refusal.Message);

    public static RpcError InvalidParams(string message) => new(InvalidParamsCode, message);

    public static RpcError NoMethod(string method) => new(-32601, $"the method {method} does not exist/is not available");
}
