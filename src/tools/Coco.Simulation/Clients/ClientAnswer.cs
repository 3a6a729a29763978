using Coco.Ledgers.KeyValue;
using Coco.Primitives;

namespace Coco.Simulation.Clients;

internal enum AnswerKind : byte
{
    /// <summary>Nobody knows whether it was or will be executed.</summary>
    Unknown,

    /// <summary>Executed and committed, with its outcome.</summary>
    Executed,
    Refused,
    Read,
}

/// <summary>What a client is told.</summary>
/// <param name="Value">Of a read; null: no such key.</param>
/// <param name="Version">The batch that a read is of.</param>
internal sealed record ClientAnswer(AnswerKind Kind, Outcome Outcome, int Code, byte[]? Value, BatchNumber Version)
{
    public static ClientAnswer Unknown { get; } = new(AnswerKind.Unknown, default, 0, null, default);

    public static ClientAnswer Refused(int code) => new(AnswerKind.Refused, default, code, null, default);

    public static ClientAnswer OfOutcome(Outcome outcome) => new(AnswerKind.Executed, outcome, 0, null, outcome.Batch);

    public static ClientAnswer OfRead(byte[]? value, BatchNumber version) => new(AnswerKind.Read, default, 0, value, version);
}
