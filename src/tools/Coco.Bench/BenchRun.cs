using System.Diagnostics;
using System.Text.Json;
using Coco.Evm;

namespace Coco.Bench;

/// <summary>
/// One load run from set-up to report: fund the accounts, sign everything, warm up, run against the clock, and see whether all
/// nodes ended in the same state.
/// </summary>
public sealed class BenchRun
{
    private readonly BenchOptions _options;
    private readonly BenchNetwork _network;
    private readonly IBenchProgress _progress;
    private readonly TlsTrust _trust;
    private readonly Uri[] _targets;
    private LoadPlan? _plan;
    private ulong[] _noncesBefore = [];

    public BenchRun(BenchOptions options, BenchNetwork network, IBenchProgress progress)
    {
        Check(options);
        _options = options;
        _network = network;
        _progress = progress;
        _trust = TrustOf(options, network);
        _targets = [.. network.Nodes.Select(node => options.Targets.Count > 0 ? node.Rpc : node.UrlOf(options.Transport))];
    }

    /// <summary>Goes on beside the measured load, and is told to end with it.</summary>
    public Func<CancellationToken, Task>? Beside { get; init; }

    /// <summary>Of the measured load, once it is over.</summary>
    public LoadResults? Results { get; private set; }

    /// <summary>Throws <see cref="BenchFailureException"/> when the run cannot be made, IOException when a node stops answering.</summary>
    public async Task<BenchReport> RunAsync(CancellationToken cancellation)
    {
        if (_options.BatchLimit is { } limit) await BatchLimit.CheckAsync(_network, limit, cancellation);
        if (_options.Workload == Workload.KeyValue) return await new KeyValueRun(_options, _network, _trust, _progress).RunAsync(cancellation);
        await using ChainClient client = await ChainClient.ConnectAsync(_targets[0], _trust, cancellation);
        (LoadPlan measured, LoadPlan? warmUp) = _options.Workload == Workload.Mainnet
            ? (await MainnetPlan.BuildAsync(_options, client, cancellation), null)
            : await PrepareAccountsAsync(client, cancellation);
        int connections = Math.Min(_options.Connections, SendersOf(measured));
        await using LoadRun load = await LoadRun.OpenAsync(_targets, _trust, connections, cancellation);
        if (warmUp is not null) await RunAsync(load, warmUp, "warming up", rate: null, cancellation);
        Meter meter = new(_network, _options.Processes);
        await meter.BeginAsync(cancellation);
        long start = Stopwatch.GetTimestamp();
        _plan = measured;
        LoadResults results = Results = await RunBesideAsync(RunAsync(load, measured, "running", _options.Rate, cancellation), cancellation);
        double seconds = Stopwatch.GetElapsedTime(start, results.LastAnswer).TotalSeconds;
        await meter.EndAsync(cancellation);
        (IReadOnlyList<FinalNode> final, bool areEqual) = await ReadFinalAsync(cancellation);
        BenchReport report = BenchReport.Of(_options, results, meter, seconds, final, areEqual);
        return _options.Workload == Workload.Mainnet ? await CompareAsync(report, client, cancellation) : report;
    }

    private async Task<(LoadPlan Measured, LoadPlan? WarmUp)> PrepareAccountsAsync(ChainClient client, CancellationToken cancellation)
    {
        ChainFacts facts = await ChainFacts.ReadAsync(client, cancellation);
        _progress.Say("deriving accounts");
        BenchAccount[] senders = BenchAccounts.DeriveMany(_options.Seed, 0, Math.Min(_options.Accounts, _options.Count));
        BenchAccount[] early = _options.WarmUp == 0 ? [] : BenchAccounts.DeriveMany(
            _options.Seed, _options.Accounts, Math.Min(BenchGenesis.WarmUpAccounts(_options.Accounts), _options.WarmUp));
        Address token = await FundAsync(client, facts, senders, early, cancellation);
        _progress.Say("signing");
        AccountPlans plans = new(_options, facts, token);
        _noncesBefore = await client.NoncesAsync(senders.Select(account => account.Address), cancellation);
        LoadPlan measured = plans.Build(_options.Count, senders, _noncesBefore, salt: 0);
        LoadPlan? warmUp = early.Length == 0 ? null : plans.Build(
            _options.WarmUp, early, await client.NoncesAsync(early.Select(account => account.Address), cancellation), salt: (ulong)_options.Count);
        return (measured, warmUp);
    }

    private async Task<Address> FundAsync(
        ChainClient client, ChainFacts facts, BenchAccount[] senders, BenchAccount[] early, CancellationToken cancellation)
    {
        _progress.Say("funding accounts");
        ulong transactionsEach = (ulong)Math.Max(
            (_options.Count / senders.Length) + 1, early.Length == 0 ? 0 : (_options.WarmUp / early.Length) + 1);
        UInt128 weiEach = facts.MaxFee * TokenContract.TransferGas * transactionsEach * 2;
        BenchAccount funder = await Funder.FindAsync(client, _options, _network, cancellation);
        Address[] accounts = [.. senders.Concat(early).Select(account => account.Address)];
        return await new Funding(client, facts, funder).PrepareAsync(accounts, weiEach, cancellation);
    }

    private async Task<LoadResults> RunBesideAsync(Task<LoadResults> running, CancellationToken cancellation)
    {
        using CancellationTokenSource ending = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task beside = Beside?.Invoke(ending.Token) ?? Task.CompletedTask;
        LoadResults results = await running;
        await ending.CancelAsync();
        await beside.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (beside.IsFaulted) await beside;
        return results;
    }

    /// <summary>
    /// After an account workload: transactions seen as committed that a node does not have (lost), and executions beyond one for
    /// each transaction that is there, by the senders' nonces (duplicated).
    /// </summary>
    internal async Task<(int Lost, int Duplicated)> CompareWithChainAsync(CancellationToken cancellation)
    {
        string[] all = [.. Enumerable.Range(0, _plan!.Operations.Length).Select(i => $"\"{_plan.Transactions.HashOf(_plan.Operations[i].Subject)}\"")];
        int lost = 0, duplicated = 0;
        foreach (Uri target in _targets)
        {
            await using ChainClient client = await ChainClient.ConnectAsync(target, _trust, cancellation);
            JsonElement[] receipts = await client.CallManyAsync("eth_getTransactionReceipt", all, cancellation);
            int there = receipts.Count(receipt => receipt.ValueKind == JsonValueKind.Object);
            lost += Enumerable.Range(0, all.Length).Count(i => Results!.TimesOf(i).Committed is not null && receipts[i].ValueKind != JsonValueKind.Object);
            BenchAccount[] senders = BenchAccounts.DeriveMany(_options.Seed, 0, _noncesBefore.Length);
            ulong[] after = await client.NoncesAsync(senders.Select(account => account.Address), cancellation);
            duplicated += Math.Max(0, (int)after.Zip(_noncesBefore, (now, before) => (long)(now - before)).Sum() - there);
        }
        return (lost, duplicated);
    }

    private async Task<LoadResults> RunAsync(LoadRun load, LoadPlan plan, string what, double? rate, CancellationToken cancellation)
    {
        LoadResults results = new(plan.Operations.Length);
        using IDisposable watch = _progress.Watch(what, results);
        await load.RunAsync(plan, results, _options.RpcBatch, rate, cancellation);
        return results;
    }

    private async Task<BenchReport> CompareAsync(BenchReport report, ChainClient client, CancellationToken cancellation)
    {
        _progress.Say("executing the blocks as the chain did");
        var comparison = new MainnetComparison(MainnetBlock.Read(_options.MainnetPath), report.Count);
        AsChain same = await comparison.CompareAsync(client, cancellation);
        return report with { StatusAsChain = same.Status, GasAsChain = same.Gas, LogsAsChain = same.Logs };
    }

    private async Task<(IReadOnlyList<FinalNode> Nodes, bool AreEqual)> ReadFinalAsync(CancellationToken cancellation)
    {
        _progress.Say("comparing the nodes");
        List<(string Name, ChainClient Client)> clients = [];
        try
        {
            for (int i = 0; i < _targets.Length; i++)
                clients.Add((_network.Nodes[i].Name, await ChainClient.ConnectAsync(_targets[i], _trust, cancellation)));
            return await FinalState.ReadAsync(clients, cancellation);
        }
        finally
        {
            foreach ((_, ChainClient opened) in clients) await opened.DisposeAsync();
        }
    }

    private static int SendersOf(LoadPlan plan) =>
        Enumerable.Range(0, plan.Transactions.Count).Select(plan.Transactions.SenderOf).Distinct().Count();

    private static TlsTrust TrustOf(BenchOptions options, BenchNetwork network)
    {
        if (options.IsInsecure) return TlsTrust.None;
        string[] files = [.. network.Nodes.Select(node => node.CaFile).OfType<string>().Distinct()];
        return files.Length == 0 ? TlsTrust.System : TlsTrust.Authorities(files);
    }

    /// <summary>Throws when the options make no sense or ask for what is not in this version.</summary>
    public static void Check(BenchOptions options)
    {
        string? wrong = options switch
        {
            { Workload: Workload.KeyValue, Targets.Count: > 0 } => "The keyvalue workload needs a Coco network: use --data.",
            { Workload: Workload.KeyValue, RpcBatch: > 1 } => "The keyvalue workload has no JSON-RPC and so no --rpc-batch.",
            { Count: < 1 } => "--count must be at least 1.",
            { Connections: < 1 or > BenchLimits.MaxConnections } => $"--connections is 1 to {BenchLimits.MaxConnections}.",
            { RpcBatch: < 1 or > BenchLimits.MaxRpcBatch } => $"--rpc-batch is 1 to {BenchLimits.MaxRpcBatch}.",
            { IsSynchronous: true, Workload: Workload.Mainnet or Workload.KeyValue } => "--sync is for transfer, erc20 and mixed.",
            { Rate: <= 0 } => "--rate must be above 0.",
            { Accounts: < 2 } => "--accounts must be at least 2.",
            { WarmUp: < 0 } => "--warm-up must not be negative.",
            { BatchLimit: < 1 } => "--batch-limit must be at least 1.",
            { BatchLimit: not null, Targets.Count: > 0 } => "--batch-limit is a setting of Coco networks, not of foreign targets.",
            _ => null,
        };
        if (wrong is not null) throw new BenchFailureException(BenchFailureKind.Usage, wrong);
    }
}
