using System.Text;
using System.Text.Json;
using Coco.Evm;
using Coco.Ledgers.Ethereum;
using Coco.Ledgers.Ethereum.JsonRpc;
using Coco.Ledgers.Tests.Ethereum;
using Coco.Postings;
using Coco.Primitives;
using Coco.Store;

namespace Coco.Ledgers.Tests.JsonRpc;

/// <summary>The protocol over a real ledger and store; what is submitted is executed and committed at once, as by the executor.</summary>
internal sealed class RpcHarness : IDisposable, ISubmitter, IHistory, ICommittedState, IAccess, INodeFacts, IPostings, ILedgerIndex
{
    public const string Rich = "0xa94f5374fce5edbc8e2a8697c15331677e6ebf0b";
    public const string Settings = """
        {"chainId": 7, "gasLimit": 30000000, "alloc": {
          "a94f5374fce5edbc8e2a8697c15331677e6ebf0b": {"balance": "0xde0b6b3a7640000"},
          "0x00000000000000000000000000000000000000c0": {"balance": "0", "code": "0x6001546001016001555f545f5260205ff3", "storage": {"0x01": "0x2a"}},
          "0x00000000000000000000000000000000000000c1": {"balance": "0", "code": "0x7f08c379a0000000000000000000000000000000000000000000000000000000005f5260206004526004602452637a6f6e6b60e01b60445260645ffd"},
          "0x00000000000000000000000000000000000000c2": {"balance": "0", "code": "0x602a5f5260015460206000a1"},
          "0x00000000000000000000000000000000000000c3": {"balance": "0", "code": "0xfe"},
          "0x00000000000000000000000000000000000000c4": {"balance": "0", "code": "0x5f5f5f5f5f305af100"}}}
        """;

    private static readonly byte[] Key = Convert.FromHexString("45a915e4d060149eb4365960e6a7a45f334393093061116b197e3240065ff2d8");

    private readonly EthereumHarness _run;
    private readonly EthereumPool _pool = new();

    /// <summary>Small, so that most of it is in segments.</summary>
    private readonly PostingStore _postings = new(new MemorySegmentFiles(), [], bufferPostings: 32);

    public RpcHarness(bool hasGenesis = true, string settings = Settings, IComputations? bulk = null, TaskScheduler? calls = null)
    {
        _run = new EthereumHarness(settings);
        Protocol = new EthereumProtocol(_run.Ledger, new LedgerServices(this, this, this, this, this)
        {
            Index = this,
            Bulk = bulk ?? ComputedAtOnce.Instance,
            Calls = calls ?? TaskScheduler.Default,
        });
        if (hasGenesis) Commit();
    }

    public EthereumProtocol Protocol { get; }
    public EthereumLedger Ledger => _run.Ledger;

    /// <summary>Committed: executed at once. Held: waits in the pool. Refused: as a full pool does.</summary>
    public SubmissionState Outcome { get; set; } = SubmissionState.Committed;
    public AccessDecision Decision { get; set; } = AccessDecision.Allow;

    /// <summary>Resources of this kind are denied whatever the decision is.</summary>
    public string? DeniedKind { get; set; }
    public bool HasLeader { get; set; } = true;
    public int NodeCount => 3;
    public bool IsSyncing { get; set; }

    /// <summary>Called before a committed block is read.</summary>
    public Action<ulong>? Reading { get; set; }

    /// <summary>How far the clock goes with each look at it.</summary>
    public ulong ClockStep { get; set; }
    public ulong UnixMs
    {
        get => field += ClockStep;
        set;
    } = 1_000_000;

    public static EthereumTransaction Make(ulong nonce, Address? to, ulong value = 0, byte[]? data = null, ulong gas = 100_000) =>
        TransactionEncoder.Sign(
            new EthereumTransaction
            {
                Type = TransactionType.DynamicFee,
                ChainId = 7,
                Nonce = nonce,
                MaxFeePerGas = default,
                MaxPriorityFeePerGas = default,
                GasLimit = gas,
                To = to,
                Value = value,
                Data = data ?? [],
                V = default,
                R = default,
                S = default,
                Raw = default,
                Hash = default,
            },
            Key);

    public static string Hex(ReadOnlyMemory<byte> bytes) => "0x" + Convert.ToHexStringLower(bytes.Span);

    public EthereumBlock Commit(params AdmittedTransaction[] transactions)
    {
        EthereumBlock block = _run.Run(Ledger.Chain.Head is { } head ? head.Number + 1 : 0, transactions);
        var applied = new AppliedBatch(new LogIndex(block.Number + 1), _run.Records[^1], null);
        Ledger.Index(applied, this);
        _postings.EndBatch(applied.Record.Number, applied.Index);
        if (_postings.IsFull) _postings.TrySeal();
        _postings.TryMerge(10);
        return block;
    }

    /// <summary>Commits transactions of the rich account in one block.</summary>
    public EthereumBlock CommitAll(params EthereumTransaction[] transactions) =>
        Commit([.. transactions.Select(transaction => _run.Admitted(transaction))]);

    /// <summary>As on a VN that joined by a snapshot and still fetches the entries before it.</summary>
    public ulong IndexedFrom { get; set; }

    public (BatchNumber First, BatchNumber Last)? Covered =>
        _postings.Covered is { } covered ? (new BatchNumber(Math.Max(covered.First.Value, IndexedFrom)), covered.Last) : null;

    public ValueTask WaitAsync(BatchNumber upTo, CancellationToken cancellation) => default;

    public void Add(byte table, ulong key, ulong value) => _postings.Add(Posting.KeyOf(table, key), value);

    public bool TryFindLast(byte table, ulong key, ulong atMost, BatchNumber upTo, out ulong value) =>
        _postings.TryFindLast(Posting.KeyOf(table, key), atMost, upTo, out value);

    public void Find(byte table, ulong key, ulong from, ulong to, BatchNumber first, BatchNumber last, List<ulong> values)
    {
        var begin = new BatchNumber(Math.Max(first.Value, IndexedFrom));
        if (begin <= last) _postings.Find(Posting.KeyOf(table, key), from, to, begin, last, values);
    }

    public async Task<string> Post(string body, string query = "", Func<string, string?>? header = null)
    {
        var answer = new ByteWriter();
        var question = new HttpQuestion("POST", "/", query, Encoding.UTF8.GetBytes(body), Caller.Anonymous) { Header = header ?? (_ => null) };
        HttpAnswer http = await Protocol.HandleAsync(question, answer, default);
        Assert.Equal(200, http.Status);
        return Encoding.UTF8.GetString(answer.Span);
    }

    /// <summary>The text of the result; of an error, the code and message.</summary>
    public async Task<string> Call(string method, string parameters = "[]")
    {
        string answer = await Post($$"""{"jsonrpc":"2.0","id":1,"method":"{{method}}","params":{{parameters}}}""");
        using JsonDocument document = JsonDocument.Parse(answer);
        Assert.Equal(1, document.RootElement.GetProperty("id").GetInt32());
        if (document.RootElement.TryGetProperty("result", out JsonElement result)) return result.GetRawText();
        JsonElement error = document.RootElement.GetProperty("error");
        string data = error.TryGetProperty("data", out JsonElement given) ? " " + given.GetString() : "";
        return $"{error.GetProperty("code").GetInt32()} {error.GetProperty("message").GetString()}{data}";
    }

    public async Task<JsonElement> Json(string method, string parameters = "[]") =>
        JsonSerializer.Deserialize<JsonElement>(await Call(method, parameters));

    public Task<string> Send(EthereumTransaction transaction) => Call("eth_sendRawTransaction", $"[\"{Hex(transaction.Raw)}\"]");

    public ValueTask<Submission> SubmitAsync(AdmittedTransaction transaction, CancellationToken cancellation)
    {
        if (Outcome == SubmissionState.Busy) return ValueTask.FromResult(new Submission(Outcome, null));
        if (Outcome == SubmissionState.Refused) return ValueTask.FromResult(new Submission(Outcome, Refusals.PoolIsFull));
        if (Outcome == SubmissionState.Committed) Commit(transaction);
        else
        {
            using StoreView view = _run.Store.OpenCommitted();
            _pool.Add(transaction, NodeId.None, view);
        }
        return ValueTask.FromResult(new Submission(Outcome, null));
    }

    public ValueTask<T> QueryPoolAsync<T>(Func<ITransactionPool, T> query, CancellationToken cancellation) =>
        ValueTask.FromResult(query(_pool));

    public ValueTask<AppliedBatch?> ReadAsync(BatchNumber number, CancellationToken cancellation)
    {
        Reading?.Invoke(number.Value);
        return ValueTask.FromResult(
            number.Value < (ulong)_run.Records.Count
                ? new AppliedBatch(new LogIndex(number.Value + 1), _run.Records[(int)number.Value], null) : null);
    }

    public ICommittedView Open() => new View(_run.Store.OpenCommitted());

    public ValueTask<bool> WaitLinearizableAsync(CancellationToken cancellation) => ValueTask.FromResult(HasLeader);

    public AccessDecision Decide(Caller caller, AccessVerb verb, in Resource resource) =>
        resource.Kind == DeniedKind ? AccessDecision.Deny : Decision;

    public void Dispose() => _run.Dispose();

    private sealed class View(StoreView view) : ICommittedView
    {
        public BatchNumber Version => view.Version;

        public bool TryGet(MapId map, ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value) => view.TryGet(map, key, out value);

        public bool TryGetNext(
            MapId map, ReadOnlySpan<byte> from, out ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value) =>
            view.TryGetNext(map, from, out key, out value);

        public void Dispose() => view.Dispose();
    }
}
