namespace Coco.Ledgers.KeyValue;

/// <summary>What a transaction does; the numbers stand in requests.</summary>
public enum KeyValueOperation : byte
{
    Put = 1,
    Delete = 2,

    /// <summary>Writes or deletes if the key holds what the client expects, which may be nothing.</summary>
    CompareAndSet = 3,

    /// <summary>Writes 32 bytes that nobody could foresee (CON-2).</summary>
    Random = 4,

    /// <summary>Writes the batch's time, in milliseconds since 1970, as decimal digits (CON-2).</summary>
    Now = 5,
}
