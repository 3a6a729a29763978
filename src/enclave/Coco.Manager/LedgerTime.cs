namespace Coco.Manager;

/// <summary>
/// The time by which evidence and certificates are judged: this machine's clock, or what the ledger knows to have passed where that
/// is later. A host can turn a clock back, and with it an expiry, only as far as the ledger allows.
/// </summary>
internal sealed class LedgerTime(Func<ulong> ledgerUnixMs) : TimeProvider
{
    public ulong UnixMs => (ulong)GetUtcNow().ToUnixTimeMilliseconds();

    public override DateTimeOffset GetUtcNow()
    {
        DateTimeOffset local = System.GetUtcNow();
        var known = DateTimeOffset.FromUnixTimeMilliseconds((long)ledgerUnixMs());
        return local > known ? local : known;
    }
}
