using Coco.Governance;

namespace Coco.Replica;

/// <summary>The constitution's lease times in ticks, and what follows from them.</summary>
internal readonly record struct LeaseTicks(long Renew, ulong Duration)
{
    public const ulong TickMs = 10;

    /// <summary>A quarantined VN is told so this often; it would take itself for left behind otherwise.</summary>
    public const ulong NoticeEvery = 100;

    /// <summary>Leases that ran out are looked for this often.</summary>
    public const ulong ExpiryEvery = 5;

    public static LeaseTicks Of(LeaseSettings leases) => new(leases.RenewMs / (long)TickMs, (ulong)leases.DurationMs / TickMs);

    /// <summary>One that does not answer is asked again after this long: some times in a period, and at most each five seconds.</summary>
    public ulong AskAgain => Math.Clamp((ulong)Renew / 4, 10, 500);

    /// <summary>Those who answered wait this long for the others: hardware makes evidence in up to a second.</summary>
    public ulong Gather => Math.Clamp((ulong)Renew / 8, 5, 300);

    /// <summary>A new leader ends no lease before it has asked some times.</summary>
    public ulong Grace => 4 * AskAgain;
}
