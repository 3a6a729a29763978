namespace Coco.Bench;

/// <summary>One run of <c>coco bench evm</c>.</summary>
public sealed record ProgramOptions
{
    /// <summary>What a transaction may have (EIP-7825): peers that follow Osaka refuse more even in calls.</summary>
    public const ulong DefaultGas = 1 << 24;

    /// <summary>Deployed code, not init code.</summary>
    public required byte[] Code { get; init; }

    public byte[] Input { get; init; } = [];
    public ulong Gas { get; init; } = DefaultGas;

    /// <summary>Timed runs, after the warm-up; the fastest counts.</summary>
    public int Repeat { get; init; } = 20;

    /// <summary>A JSON-RPC node that runs the same; null measures this machine alone.</summary>
    public Uri? Peer { get; init; }
}
