using Coco.Evm.Transactions;

namespace Coco.Bench;

/// <summary>Measures the virtual machine alone: one program, no network, no signatures.</summary>
public static class Programs
{
    private const int MaxCodeBytes = 24_576;

    /// <summary>Throws <see cref="BenchFailureException"/> when the run cannot be made.</summary>
    public static async Task<ProgramReport> RunAsync(ProgramOptions options, CancellationToken cancellation)
    {
        Check(options);
        ProgramMachine machine = new(options);
        long gas = machine.GasOfCode();
        TransactionResult result = machine.Run();
        string output = "0x" + Convert.ToHexStringLower(result.Output.Span);
        (double[] runs, long allocated) = machine.Measure(options.Repeat);
        double seconds = Fastest(runs);
        PeerSpeed? peer = null;
        if (options.Peer is { } url)
        {
            await using ChainClient client = await ChainClient.ConnectAsync(url, TlsTrust.System, cancellation);
            peer = await new PeerMachine(client, options).MeasureAsync(gas, output, cancellation);
        }
        return new ProgramReport
        {
            Gas = gas,
            Seconds = Round(seconds),
            MgasPerSecond = Mgas(gas, seconds),
            AllocatedBytes = allocated,
            Output = output,
            Error = result.IsSuccess ? null : result.Error.ToString(),
            Peer = peer,
            Ratio = peer is { MgasPerSecond: > 0 } ? Math.Round(Mgas(gas, seconds) / peer.MgasPerSecond, 3) : null,
        };
    }

    /// <summary>The fastest counts, of us and of the peer: whatever else the machine does only adds.</summary>
    internal static double Fastest(double[] seconds) => seconds.Min();

    internal static double Mgas(long gas, double seconds) => Math.Round(gas / seconds / 1e6, 2);

    internal static double Round(double seconds) => Math.Round(seconds, 9);

    private static void Check(ProgramOptions options)
    {
        string? wrong = options switch
        {
            { Code.Length: 0 or > MaxCodeBytes } => $"--code is 1 to {MaxCodeBytes:N0} bytes of deployed code in hex.",
            { Gas: < 21_000 or > long.MaxValue } => "--gas must be at least 21,000.",
            { Repeat: < 1 or > 100_000 } => "--repeat is 1 to 100,000.",
            _ => null,
        };
        if (wrong is not null) throw new BenchFailureException(BenchFailureKind.Usage, wrong);
    }
}
