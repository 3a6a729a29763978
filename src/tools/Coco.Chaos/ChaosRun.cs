using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Coco.Audit;
using Coco.Log;
using Coco.Primitives;
using Coco.Supervisor;

namespace Coco.Chaos;

/// <summary>
/// Breaks a real network under load, one fault after another, and checks what it promised: nothing acknowledged is lost or
/// happens twice, reads and writes are linearizable, all nodes end with the same ledger, byte for byte (CON-3, STO-5).
/// </summary>
/// <param name="keys">Fetches what opens the network's ledger, while it runs on the loopback interface.</param>
public sealed class ChaosRun(
    ChaosOptions options, DataDirectory data, string cliProgram, Func<CancellationToken, Task<KeyFile>> keys, Action<string> say)
{
    private readonly Random _random = new(options.Seed);
    private readonly List<FaultRecord> _timeline = [];
    private readonly List<string> _problems = [];
    private readonly List<double> _rejoins = [];
    private readonly long _began = Stopwatch.GetTimestamp();
    private int _electionsWithoutFault;

    /// <summary>What this machine permits.</summary>
    public static IReadOnlyList<FaultKind> PossibleFaults =>
        [.. Enum.GetValues<FaultKind>().Where(kind => kind != FaultKind.DiskFull || (!OperatingSystem.IsWindows() && SmallDisk.IsPossible))];

    /// <summary>Throws <see cref="SupervisorException"/> when the network cannot be made.</summary>
    public async Task<ChaosReport> RunAsync(CancellationToken cancellation)
    {
        FaultKind[] kinds = [.. options.Faults.Count > 0 ? options.Faults : PossibleFaults];
        if (kinds.Except(PossibleFaults).Any()) throw new SupervisorException("The fault diskfull needs root and mount: leave it out, or run as root.", isMissing: true);
        await using ChaosNetwork network = await ChaosNetwork.StartAsync(data, options, cliProgram, keys, say, cancellation);
        return await RunAsync(network, kinds, cancellation);
    }

    private async Task<ChaosReport> RunAsync(ChaosNetwork network, FaultKind[] kinds, CancellationToken cancellation)
    {
        NetworkStatus status = await network.StatusAsync(cancellation);
        using FaultMaker faults = new(network, _random);
        await using RegisterLoad load = new([.. status.Nodes.Select(network.ClientOf)], options.Clients, options.Seed);
        if (kinds.Contains(FaultKind.RollBack)) await faults.KeepCopiesAsync(cancellation);
        TimeSpan length = TimeSpan.FromMinutes(options.Minutes);
        long start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < length && _problems.Count == 0)
            foreach (FaultKind kind in kinds.OrderBy(_ => _random.Next()).TakeWhile(_ => Stopwatch.GetElapsedTime(start) < length && _problems.Count == 0))
                await InflictAsync(network, faults, load, kind, cancellation);
        say("checking");
        return await CheckAsync(network, load, cancellation);
    }

    private async Task InflictAsync(ChaosNetwork network, FaultMaker faults, RegisterLoad load, FaultKind kind, CancellationToken cancellation)
    {
        ulong? calm = (await network.StatusAsync(cancellation)).Term;
        await Task.Delay(_random.Next(500, 2_000), cancellation);
        if ((await network.StatusAsync(cancellation)).Term is { } term && term > calm) _electionsWithoutFault++;
        double at = Math.Round(Stopwatch.GetElapsedTime(_began).TotalSeconds, 2);
        Task<TimeSpan?>? recovering = null;
        string node = await faults.InflictAsync(
            kind, () => recovering ??= load.WaitForWriteAsync(Stopwatch.GetTimestamp(), ChaosNetwork.Patience), cancellation);
        long over = Stopwatch.GetTimestamp();
        NetworkStatus? whole = await network.WaitUntilWholeAsync(cancellation);
        TimeSpan? rejoined = whole is null ? null : Stopwatch.GetElapsedTime(over);
        TimeSpan? recovered = await recovering!;
        _timeline.Add(new FaultRecord(at, NameOf(kind), node, MillisecondsOf(recovered)) { WholeMs = MillisecondsOf(rejoined) });
        say($"{_timeline.Count} faults, {load.Acknowledged} acknowledged: {NameOf(kind)} of {node}, writes again after {recovered?.TotalMilliseconds:0} ms, "
            + $"all take part {rejoined?.TotalMilliseconds:0} ms after its end");
        if (recovered is null) _problems.Add($"After {NameOf(kind)} of {node} at {at} s no write was acknowledged within {ChaosNetwork.Patience.TotalSeconds} s.");
        else if (whole is null)
            _problems.Add($"After {NameOf(kind)} of {node} at {at} s not all nodes came back within {ChaosNetwork.Patience.TotalSeconds} s.");
        else _rejoins.AddRange(whole.Nodes.Where(one => node.Contains(one.Name, StringComparison.Ordinal) || node == "all")
            .Select(one => one.LastRejoinMs).OfType<double>());
    }

    private async Task<ChaosReport> CheckAsync(ChaosNetwork network, RegisterLoad load, CancellationToken cancellation)
    {
        await load.StopAsync();
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(ChaosNetwork.Patience);
        await load.ReadAllAsync(patience.Token);
        int divergent = (await network.WaitUntilEqualAsync(cancellation)).Count;
        string[] ledgers = [.. (await network.StatusAsync(cancellation)).Nodes.Select(node => node.LedgerDirectory)];
        await NetworkHost.DownAsync(data, cancellation);
        string? difference = LedgerComparison.FirstDifference(ledgers);
        if (difference is not null) _problems.Add(difference);
        (int lost, int duplicated, int receipts) = CompareWithLedger(load, ledgers[0], network.Keys!);
        string file = options.HistoryFile ?? Path.Combine(data.Path, "history.jsonl");
        HistoryFile.Write(file, load.History);
        HistoryVerdict verdict = Linearizability.Check([.. load.History]);
        HashSet<string> open = [.. load.History.Where(operation => operation.Returned is null).Select(operation => operation.Id)];
        if (open.Count > 0) _problems.Add($"{open.Count} operations never got an answer.");
        return new ChaosReport
        {
            Faults = _timeline.GroupBy(fault => fault.Kind).ToDictionary(kind => kind.Key, kind => kind.Count()),
            Timeline = _timeline,
            Acknowledged = load.Acknowledged,
            Lost = lost,
            Duplicated = duplicated,
            Receipts = receipts,
            DivergentNodes = divergent,
            LedgersIdentical = difference is null,
            Linearizable = verdict.Linearizable,
            Witness = verdict.Witness,
            ElectionsWithoutFault = _electionsWithoutFault,
            UnavailableMs = Spread.Of(_timeline.Select(fault => fault.RecoveredMs).OfType<double>()),
            RejoinMs = Spread.Of(_rejoins),
            PartitionedBy = network.Links.Means,
            WholeMs = _timeline.GroupBy(fault => fault.Kind)
                .Select(kind => (kind.Key, Spread: Spread.Of(kind.Select(fault => fault.WholeMs).OfType<double>())))
                .Where(kind => kind.Spread is not null).ToDictionary(kind => kind.Key, kind => kind.Spread!),
            HistoryFile = file,
            Seconds = Math.Round(Stopwatch.GetElapsedTime(_began).TotalSeconds, 1),
            Problems = _problems,
        };
    }

    /// <summary>Executes the ledger again, counts how often each acknowledged write is in it, and verifies its receipt.</summary>
    private (int Lost, int Duplicated, int Receipts) CompareWithLedger(RegisterLoad load, string ledger, KeyFile keyFile)
    {
        Dictionary<Hash256, List<(LogIndex Index, ReceiptTransaction Transaction)>> executed = [];
        LedgerFolderReader files = LedgerFolderReader.Open(ledger);
        LedgerReplay replay = LedgerReplay.Run(files, keyFile, (index, claims) =>
        {
            for (int i = 0; i < claims.Count; i++)
            {
                (LogIndex, ReceiptTransaction) place = (index, new ReceiptTransaction(claims[i], i, [.. claims.Path(i)]));
                if (!executed.TryAdd(claims[i].Id, [place])) executed[claims[i].Id].Add(place);
            }
        });
        if (!replay.Holds) _problems.Add($"The ledger in {ledger} does not replay: {replay.Problem?.Message ?? $"{replay.Mismatches.Count} mismatches"}");
        List<(LogIndex Index, ReceiptTransaction Transaction)>?[] found =
            [.. load.AcknowledgedIds.Select(id => executed.GetValueOrDefault(new Hash256(SHA256.HashData(Encoding.UTF8.GetBytes(id)))))];
        Dictionary<LogIndex, IReadOnlyList<ReceiptTransaction>> wanted = found.OfType<List<(LogIndex Index, ReceiptTransaction Transaction)>>()
            .SelectMany(places => places).GroupBy(place => place.Index)
            .ToDictionary(entry => entry.Key, entry => (IReadOnlyList<ReceiptTransaction>)[.. entry.Select(place => place.Transaction)]);
        ReceiptCheck receipts = ReceiptCheck.Run(files, keyFile.Network, wanted);
        if (receipts.Failed.Count > 0)
            _problems.Add($"Acknowledged writes of {receipts.Failed.Count} entries have no receipt that holds, the first those of entry {receipts.Failed[0]}.");
        return (found.Count(places => places is null), found.Count(places => places?.Count > 1), receipts.Held);
    }

    private static double? MillisecondsOf(TimeSpan? time) => time is { } known ? Math.Round(known.TotalMilliseconds, 1) : null;

    private static string NameOf(FaultKind kind) => kind.ToString().ToLowerInvariant();
}
