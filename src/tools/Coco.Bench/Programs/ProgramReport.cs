namespace Coco.Bench;

/// <summary>What <c>coco bench evm --json</c> prints.</summary>
public sealed record ProgramReport
{
    /// <summary>Used by the code of one run, without the price of the transaction around it and before refunds.</summary>
    public required long Gas { get; init; }

    /// <summary>Of one run, the fastest.</summary>
    public required double Seconds { get; init; }
    public required double MgasPerSecond { get; init; }

    /// <summary>Managed memory that one run allocates once the machine is warm.</summary>
    public required long AllocatedBytes { get; init; }

    public required string Output { get; init; }

    /// <summary>Why the code failed; null if it ended well.</summary>
    public string? Error { get; init; }
    public PeerSpeed? Peer { get; init; }

    /// <summary>Our speed by the peer's.</summary>
    public double? Ratio { get; init; }
}

/// <summary>The same code on another machine. Its time is that of a call less that of a call that does nothing.</summary>
public sealed record PeerSpeed(string Version, double Seconds, double MgasPerSecond, bool OutputEqual);
