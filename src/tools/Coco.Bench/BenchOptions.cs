namespace Coco.Bench;

/// <summary>One load run, as asked for on the command line (docs/operations/measuring.md explains each).</summary>
public sealed record BenchOptions
{
    public required Workload Workload { get; init; }
    public required int Count { get; init; }
    public int Connections { get; init; } = 100;
    public int RpcBatch { get; init; } = 1;

    /// <summary>Transactions due per second (open loop); null is a closed loop.</summary>
    public double? Rate { get; init; }

    /// <summary>Send by <c>eth_sendRawTransactionSync</c>: the receipt comes with the answer, without a request of its own.</summary>
    public bool IsSynchronous { get; init; }

    public Transport Transport { get; init; } = Transport.Https;

    /// <summary>Foreign JSON-RPC endpoints. Empty: the network whose status is given.</summary>
    public IReadOnlyList<Uri> Targets { get; init; } = [];

    public int Accounts { get; init; } = 1_000;
    public int WarmUp { get; init; }
    public ulong Seed { get; init; } = 1;

    /// <summary>The most transactions a batch may hold, set on a development network before the run; null leaves it alone.</summary>
    public int? BatchLimit { get; init; }

    /// <summary>The private key (0x hex) of an account that pays for the set-up; null asks the network or the foreign node.</summary>
    public string? FunderKey { get; init; }

    /// <summary>Accept any certificate: for foreign targets only.</summary>
    public bool IsInsecure { get; init; }

    /// <summary>Processes of a foreign target to measure: name to process id.</summary>
    public IReadOnlyDictionary<string, int> Processes { get; init; } = new Dictionary<string, int>();

    /// <summary>The archive or folder with the blocks of the mainnet workload.</summary>
    public string? MainnetPath { get; init; }
}
