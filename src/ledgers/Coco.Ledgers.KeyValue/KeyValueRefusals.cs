namespace Coco.Ledgers.KeyValue;

/// <summary>Why a request is not executed. The codes are HTTP status codes, which is what the clients see.</summary>
public static class KeyValueRefusals
{
    public static Refusal Malformed { get; } = new(400, "The request is malformed or beyond a limit.");
    public static Refusal AlreadyExecuted { get; } = new(409, "A transaction with this id was executed.");
    public static Refusal Expired { get; } = new(410, "The request has expired.");
    public static Refusal LivesTooLong { get; } = new(422, "The request expires more than 15 minutes ahead.");
    public static Refusal PoolFull { get; } = new(503, "Too many transactions wait; try again later.");
}
