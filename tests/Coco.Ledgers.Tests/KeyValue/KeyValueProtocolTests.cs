using System.Text;
using System.Text.Json;
using Coco.Ledgers.KeyValue;
using Coco.Ledgers.Tests.Socket;
using Coco.Primitives;
using Coco.Store;

namespace Coco.Ledgers.Tests.KeyValue;

/// <summary>The protocol over a ledger that commits every transaction at once.</summary>
public sealed class KeyValueProtocolTests : IDisposable
{
    private readonly LedgerRun _run = new(new KeyValueLedger(new SortedDictionary<string, string>(StringComparer.Ordinal)));
    private readonly Worker _worker;
    private readonly IClientProtocol _protocol;

    public KeyValueProtocolTests()
    {
        _worker = new Worker(_run);
        _protocol = _run.Ledger.Serve(new LedgerServices(_worker, _worker, _worker, _worker, _worker));
    }

    public void Dispose() => _run.Dispose();

    [Fact]
    public async Task A_value_that_was_put_is_got()
    {
        JsonElement put = await Post("/kv/put", 200, """{"id":"1","key":"a","value":"x\u00e9"}""");
        Assert.True(put.GetProperty("applied").GetBoolean());
        Assert.Equal(1, put.GetProperty("batch").GetInt32());
        JsonElement got = await Post("/kv/get", 200, """{"key":"a"}""");
        Assert.Equal("xé", got.GetProperty("value").GetString());
        Assert.False((await Post("/kv/get", 200, """{"key":"b"}""")).GetProperty("found").GetBoolean());
    }

    [Fact]
    public async Task Bytes_that_are_no_text_travel_in_base_64()
    {
        await Post("/kv/put", 200, """{"id":"1","keyBase64":"/w==","valueBase64":"/v8="}""");
        JsonElement range = await Post("/kv/range", 200, "{}");
        JsonElement record = Assert.Single(range.GetProperty("records").EnumerateArray());
        Assert.Equal("/w==", record.GetProperty("keyBase64").GetString());
        Assert.Equal("/v8=", record.GetProperty("valueBase64").GetString());
    }

    [Fact]
    public async Task The_same_request_again_gives_the_same_answer_and_another_under_its_id_a_refusal()
    {
        JsonElement first = await Post("/kv/random", 200, """{"id":"1","key":"a"}""");
        await Post("/kv/put", 200, """{"id":"2","key":"a","value":"x"}""");
        JsonElement again = await Post("/kv/random", 200, """{"id":"1","key":"a"}""");
        Assert.Equal(first.GetRawText(), again.GetRawText());
        await Post("/kv/random", 409, """{"id":"1","key":"b"}""");
        Assert.Equal("x", (await Post("/kv/get", 200, """{"key":"a"}""")).GetProperty("value").GetString());
    }

    [Fact]
    public async Task A_failed_compare_and_set_says_so()
    {
        JsonElement created = await Post("/kv/compareAndSet", 200, """{"id":"1","key":"a","expected":null,"value":"x"}""");
        Assert.True(created.GetProperty("applied").GetBoolean());
        JsonElement failed = await Post("/kv/compareAndSet", 200, """{"id":"2","key":"a","expected":"y","value":"z"}""");
        Assert.False(failed.GetProperty("applied").GetBoolean());
        await Post("/kv/compareAndSet", 400, """{"id":"3","key":"a","value":"z"}""");
        await Post("/kv/compareAndSet", 400, """{"id":"3","key":"a","expected":null}""");
    }

    [Fact]
    public async Task A_range_is_read_in_pages()
    {
        for (int i = 0; i < 5; i++) await Post("/kv/put", 200, $$"""{"id":"{{i}}","key":"k{{i}}","value":"{{i}}"}""");
        JsonElement page = await Post("/kv/range", 200, """{"from":"k1","to":"k4","limit":2}""");
        Assert.Equal(["k1", "k2"], page.GetProperty("records").EnumerateArray().Select(r => r.GetProperty("key").GetString()));
        Assert.Equal("k3", page.GetProperty("next").GetString());
        page = await Post("/kv/range", 200, """{"from":"k3","to":"k4","limit":2}""");
        Assert.Single(page.GetProperty("records").EnumerateArray());
        Assert.False(page.TryGetProperty("next", out _));
    }

    [Fact]
    public async Task A_binary_request_is_submitted_as_it_is()
    {
        byte[] request = KeyValueRequests.Put("1", "a", "x");
        Assert.True((await Post("/kv/submit", 200, request)).GetProperty("applied").GetBoolean());
        await Post("/kv/submit", 400, new byte[] { 1, 2, 3 });
    }

    [Fact]
    public async Task A_held_transaction_is_answered_with_its_id()
    {
        _worker.State = SubmissionState.Held;
        JsonElement held = await Post("/kv/put", 202, """{"id":"1","key":"a","value":"x"}""");
        Assert.Equal("held", held.GetProperty("state").GetString());
        _worker.State = SubmissionState.Refused;
        await Post("/kv/put", 503, """{"id":"1","key":"a","value":"x"}""");
        _worker.State = SubmissionState.Busy;
        await Post("/kv/put", 503, """{"id":"1","key":"a","value":"x"}""");
    }

    [Fact]
    public async Task Who_may_not_gets_nothing()
    {
        await Post("/kv/put", 200, """{"id":"1","key":"a","value":"x"}""");
        _worker.Decision = AccessDecision.Deny;
        await Post("/kv/put", 403, """{"id":"2","key":"a","value":"y"}""");
        await Post("/kv/get", 403, """{"key":"a"}""");
        JsonElement range = await Post("/kv/range", 200, "{}");
        Assert.Empty(range.GetProperty("records").EnumerateArray());
    }

    [Fact]
    public async Task A_linearizable_read_needs_a_leader()
    {
        await Post("/kv/get?consistency=linearizable", 200, """{"key":"a"}""");
        _worker.HasLeader = false;
        await Post("/kv/get?consistency=linearizable", 503, """{"key":"a"}""");
        await Post("/kv/get", 200, """{"key":"a"}""");
    }

    [Theory]
    [InlineData("/kv/put", "")]
    [InlineData("/kv/put", "[]")]
    [InlineData("/kv/put", """{"id":"1","key":"a"}""")]
    [InlineData("/kv/put", """{"key":"a","value":"x"}""")]
    [InlineData("/kv/put", """{"id":"1","value":"x"}""")]
    [InlineData("/kv/put", """{"id":1,"key":"a","value":"x"}""")]
    [InlineData("/kv/put", """{"id":"1","key":"a","value":"x","colour":"red"}""")]
    [InlineData("/kv/put", """{"id":"1","key":"a","value":"\ud800"}""")]
    [InlineData("/kv/put", """{"id":"1","key":"a","valueBase64":"*"}""")]
    [InlineData("/kv/put", """{"id":"1","key":"a","value":{"deep":{"deeper":1}}}""")]
    [InlineData("/kv/get", "{}")]
    [InlineData("/kv/range", """{"limit":0}""")]
    public Task A_malformed_call_is_refused(string path, string body) => Post(path, 400, body);

    [Fact]
    public async Task Unknown_calls_and_methods_are_refused()
    {
        await Post("/kv/drop", 404, "{}");
        await Post("/other", 404, "{}");
        var answer = new ByteWriter();
        HttpAnswer http = await _protocol.HandleAsync(
            new HttpQuestion("GET", "/kv/get", "", default, Caller.Anonymous), answer, default);
        Assert.Equal(405, http.Status);
    }

    [Fact]
    public async Task A_web_socket_takes_the_same_calls()
    {
        var stream = new Stream();
        using IStreamHandler handler = _protocol.Open(stream);
        await handler.HandleAsync("""{"method":"put","id":"1","key":"a","value":"x"}"""u8.ToArray(), default);
        await handler.HandleAsync("""{"method":"get","key":"a"}"""u8.ToArray(), default);
        await handler.HandleAsync("""{"key":"a"}"""u8.ToArray(), default);
        await handler.HandleAsync("nonsense"u8.ToArray(), default);
        Assert.Equal(4, stream.Sent.Count);
        Assert.Contains("\"applied\":true", stream.Sent[0]);
        Assert.Contains("\"value\":\"x\"", stream.Sent[1]);
        Assert.Contains("404", stream.Sent[2]);
        Assert.Contains("400", stream.Sent[3]);
        Assert.Equal("""{"method":"put","id":"1","key":"a","value":"x"}{"method":"get","key":"a"}{"key":"a"}nonsense""".Length, stream.AnsweredBytes);
    }

    private Task<JsonElement> Post(string path, int status, string body) => Post(path, status, Encoding.UTF8.GetBytes(body));

    private async Task<JsonElement> Post(string path, int status, byte[] body)
    {
        var answer = new ByteWriter();
        string[] parts = path.Split('?');
        var question = new HttpQuestion("POST", parts[0], parts.Length > 1 ? parts[1] : "", body, Caller.Anonymous);
        HttpAnswer http = await _protocol.HandleAsync(question, answer, default);
        string text = Encoding.UTF8.GetString(answer.Span);
        Assert.True(http.Status == status, text);
        return JsonSerializer.Deserialize<JsonElement>(text);
    }

    private sealed class Stream : IClientStream
    {
        public List<string> Sent { get; } = [];
        public Caller Caller => Caller.Anonymous;

        public int AnsweredBytes { get; private set; }

        public void Send(ReadOnlyMemory<byte> message) => Sent.Add(Encoding.UTF8.GetString(message.Span));

        public void Answered(int bytes) => AnsweredBytes += bytes;
    }

    /// <summary>A worker without a network: what is submitted is executed and committed at once.</summary>
    private sealed class Worker(LedgerRun run) : ISubmitter, IHistory, ICommittedState, IAccess, INodeFacts
    {
        public SubmissionState State { get; set; } = SubmissionState.Committed;
        public AccessDecision Decision { get; set; } = AccessDecision.Allow;
        public bool HasLeader { get; set; } = true;
        public int NodeCount => 1;
        public bool IsSyncing => false;
        public ulong UnixMs => LedgerRun.StartMs;

        public ValueTask<Submission> SubmitAsync(AdmittedTransaction transaction, CancellationToken cancellation)
        {
            if (State == SubmissionState.Refused)
                return ValueTask.FromResult(new Submission(State, KeyValueRefusals.PoolFull));
            if (State == SubmissionState.Committed)
            {
                run.Execute(new BatchEnvironment(UnixMs, Hash256.Zero), [transaction]);
                run.Commit();
            }
            return ValueTask.FromResult(new Submission(State, null));
        }

        public ICommittedView Open() => new View(run.Store.OpenCommitted());

        public ValueTask<bool> WaitLinearizableAsync(CancellationToken cancellation) => ValueTask.FromResult(HasLeader);

        public AccessDecision Decide(Caller caller, AccessVerb verb, in Resource resource) => Decision;

        public ValueTask<T> QueryPoolAsync<T>(Func<ITransactionPool, T> query, CancellationToken cancellation) =>
            ValueTask.FromResult(query(run.Ledger.CreatePool()));

        public ValueTask<AppliedBatch?> ReadAsync(BatchNumber number, CancellationToken cancellation) =>
            ValueTask.FromResult<AppliedBatch?>(null);
    }

    private sealed class View(StoreView view) : ICommittedView
    {
        public BatchNumber Version => view.Version;

        public bool TryGet(MapId map, ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value) =>
            view.TryGet(map, key, out value);

        public bool TryGetNext(
            MapId map, ReadOnlySpan<byte> from, out ReadOnlySpan<byte> key, out ReadOnlySpan<byte> value) =>
            view.TryGetNext(map, from, out key, out value);

        public void Dispose() => view.Dispose();
    }
}
