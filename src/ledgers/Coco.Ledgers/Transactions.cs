using Coco.Primitives;

namespace Coco.Ledgers;

/// <summary>A client's signed request that a VN has decoded and checked. Ledgers derive from it what execution needs.</summary>
public abstract class AdmittedTransaction
{
    /// <summary>What the ledger's clients call it (for Ethereum the transaction hash); sent twice it is executed once.</summary>
    public abstract Hash256 Id { get; }

    /// <summary>The signed request, as it goes into the entry.</summary>
    public abstract ReadOnlyMemory<byte> Request { get; }

    /// <summary>Request and what admission found out, for the way to the leader.</summary>
    public abstract void Encode(ByteWriter writer);
}

/// <summary>A refusal in the words of the ledger's ecosystem.</summary>
/// <param name="Code">For Ethereum the JSON-RPC error code.</param>
public sealed record Refusal(int Code, string Message);

/// <summary>Either a transaction or a refusal.</summary>
public readonly record struct AdmissionResult(AdmittedTransaction? Transaction, Refusal? Refusal)
{
    public static AdmissionResult Admitted(AdmittedTransaction transaction) => new(transaction, null);
    public static AdmissionResult Refused(int code, string message) => new(null, new Refusal(code, message));
}
