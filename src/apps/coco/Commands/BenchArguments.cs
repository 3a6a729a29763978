using System.CommandLine;
using System.Globalization;
using Coco.Bench;

namespace Coco.Apps.Cli.Commands;

/// <summary>The options of <c>bench</c>.</summary>
internal sealed class BenchArguments
{
    private readonly Option<Workload> _workload = new("--workload")
    {
        Description = "transfer, erc20, mainnet, mixed or keyvalue.",
        DefaultValueFactory = _ => Workload.Transfer,
    };
    private readonly Option<int> _count = new("--count") { Description = "Transactions (mixed: operations).", DefaultValueFactory = _ => 2_000 };
    private readonly Option<int> _connections = new("--connections") { Description = "Connections, spread over the nodes.", DefaultValueFactory = _ => 100 };
    private readonly Option<int> _rpcBatch = new("--rpc-batch") { Description = "Calls in one JSON-RPC request.", DefaultValueFactory = _ => 1 };
    private readonly Option<double?> _rate = new("--rate") { Description = "Transactions due per second: an open loop." };
    private readonly Option<bool> _sync = new("--sync") { Description = "Send by eth_sendRawTransactionSync: the answer is the receipt." };
    private readonly Option<Transport> _transport = new("--transport") { Description = "https, http or ws.", DefaultValueFactory = _ => Transport.Https };
    private readonly Option<string[]> _target = new("--target") { Description = "Foreign JSON-RPC endpoints instead of --data.", AllowMultipleArgumentsPerToken = true, HelpName = "URL" };
    private readonly Option<int> _accounts = new("--accounts") { Description = "Accounts.", DefaultValueFactory = _ => 1_000 };
    private readonly Option<int> _warmUp = new("--warm-up") { Description = "Uncounted transactions before, of other accounts." };
    private readonly Option<ulong> _seed = new("--seed") { Description = "Decides accounts and recipients.", DefaultValueFactory = _ => 1 };
    private readonly Option<int?> _batchLimit = new("--batch-limit") { Description = "Most transactions in a batch (development networks)." };
    private readonly Option<string?> _funder = new("--funder") { Description = "Private key that pays for the set-up.", HelpName = "KEY" };
    private readonly Option<bool> _insecure = new("--insecure") { Description = "Accept any certificate of a foreign target." };
    private readonly Option<string[]> _process = new("--process") { Description = "Measure a foreign target's process.", HelpName = "NAME=PID" };
    private readonly Option<string?> _blocks = new("--blocks") { Description = "The blocks of the mainnet workload.", HelpName = "PATH" };

    public BenchArguments()
    {
        _workload.AcceptOnlyFromAmong("transfer", "erc20", "mainnet", "mixed", "keyvalue");
        _transport.AcceptOnlyFromAmong("https", "http", "ws");
    }

    public Option<DirectoryInfo> Data { get; } = Shared.Data();

    public Option<bool> Json { get; } = Shared.Json();

    public IEnumerable<Option> All =>
    [
        _workload, _count, _connections, _rpcBatch, _rate, _sync, _transport, _target, _accounts, _warmUp, _seed, _batchLimit, _funder, _insecure,
        _process, _blocks, Data, Json,
    ];

    public BenchOptions Read(ParseResult parsed) => new()
    {
        Workload = parsed.GetValue(_workload),
        Count = parsed.GetValue(_count),
        Connections = parsed.GetValue(_connections),
        RpcBatch = parsed.GetValue(_rpcBatch),
        Rate = parsed.GetValue(_rate),
        IsSynchronous = parsed.GetValue(_sync),
        Transport = parsed.GetValue(_transport),
        Targets = [.. (parsed.GetValue(_target) ?? []).Select(Url)],
        Accounts = parsed.GetValue(_accounts),
        WarmUp = parsed.GetValue(_warmUp),
        Seed = parsed.GetValue(_seed),
        BatchLimit = parsed.GetValue(_batchLimit),
        FunderKey = parsed.GetValue(_funder),
        IsInsecure = parsed.GetValue(_insecure),
        Processes = (parsed.GetValue(_process) ?? []).Select(Process).ToDictionary(),
        MainnetPath = parsed.GetValue(_blocks),
    };

    private static Uri Url(string text) => Uri.TryCreate(text, UriKind.Absolute, out Uri? url) ? url
        : throw new BenchFailureException(BenchFailureKind.Usage, $"{text} is not a URL.");

    private static KeyValuePair<string, int> Process(string text) =>
        text.Split('=') is [var name, var id] && int.TryParse(id, CultureInfo.InvariantCulture, out int process) ? new(name, process)
            : throw new BenchFailureException(BenchFailureKind.Usage, $"{text} is not NAME=PID.");
}
