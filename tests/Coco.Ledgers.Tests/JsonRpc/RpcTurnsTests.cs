using System.Text.Json;
using Coco.Ledgers;

namespace Coco.Ledgers.Tests.JsonRpc;

/// <summary>What is done in turns, in how many at once, and what is said when too many wait.</summary>
public sealed class RpcTurnsTests
{
    private const string TooMany = "limit exceeded: too many calls are waiting, try again later";

    [Theory]
    [InlineData("eth_sendRawTransaction", 16, 0)]
    [InlineData("eth_sendRawTransaction", 17, 1)]
    [InlineData("eth_sendRawTransaction", 101, 2)]
    [InlineData("eth_getTransactionReceipt", 200, 0)]
    public async Task A_batch_of_many_transactions_is_computed_in_turns(string method, int calls, int turns)
    {
        var bulk = new CountedComputations();
        using var node = new RpcHarness(bulk: bulk);
        Assert.Equal(calls, JsonSerializer.Deserialize<JsonElement>(await node.Post(Batch(calls, method, "[]"))).GetArrayLength());
        Assert.Equal(turns, bulk.Turns);
    }

    [Fact]
    public async Task A_transaction_of_a_large_batch_is_answered_as_one_that_comes_alone()
    {
        string raw = RpcHarness.Hex(RpcHarness.Make(0, default).Raw);
        string[] parameters = [$"""["{raw}"]""", """["0x00"]""", """["zz"]""", "[]", """["\ud800"]""", $"""["{raw}", 1]"""];
        using var one = new RpcHarness(bulk: new CountedComputations());
        using var many = new RpcHarness(bulk: new CountedComputations());
        var alone = new List<string>();
        foreach (string each in parameters) alone.Add(await one.Post(Call("eth_sendRawTransaction", each)));
        string rest = string.Join(',', Enumerable.Repeat(Call("eth_sendRawTransaction", "[]"), 20));
        string answer = await many.Post($"[{string.Join(',', parameters.Select(each => Call("eth_sendRawTransaction", each)))},{rest}]");
        Assert.StartsWith($"[{string.Join(',', alone)},", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_batch_of_many_transactions_is_refused_when_too_many_wait()
    {
        using var node = new RpcHarness(bulk: new CountedComputations { Waiting = 4_096 });
        JsonElement answer = JsonSerializer.Deserialize<JsonElement>(await node.Post(Batch(17, "eth_sendRawTransaction", "[]")));
        Assert.Equal(17, answer.GetArrayLength());
        Assert.Equal(-32005, answer[16].GetProperty("error").GetProperty("code").GetInt32());
        Assert.Equal(TooMany, answer[16].GetProperty("error").GetProperty("message").GetString());
        Assert.Contains("-32602", await node.Post(Batch(16, "eth_sendRawTransaction", "[]")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Calls_that_execute_wait_for_their_turn_and_others_do_not()
    {
        var threads = new HeldThreads { Width = 2 };
        using var node = new RpcHarness(calls: threads);
        string call = Batch(5, "eth_call", """[{"to":"0x00000000000000000000000000000000000000c0"},"latest"]""");
        Task<string> batch = node.Post(call);
        await threads.UntilAsync(2);
        Assert.Contains("\"0x7\"", await node.Post(Call("eth_chainId", "[]")), StringComparison.Ordinal);
        Task<string> other = node.Post(Call("eth_estimateGas", """[{"to":"0x00000000000000000000000000000000000000c0"}]"""));
        await threads.UntilAsync(3);
        Assert.Equal(3, threads.Waiting); // of the batch not more than run at once, so that the other one is next
        threads.Open();
        Assert.Equal(5, JsonSerializer.Deserialize<JsonElement>(await batch).GetArrayLength());
        Assert.Contains("result", await other, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_that_executes_is_refused_when_too_many_wait()
    {
        var threads = new HeldThreads { Width = 2 };
        using var node = new RpcHarness(calls: threads);
        string call = Call("eth_call", """[{"to":"0x00000000000000000000000000000000000000c0"},"latest"]""");
        Task<string>[] waiting = [.. Enumerable.Range(0, 4_096).Select(_ => node.Post(call))];
        await threads.UntilAsync(4_096);
        Assert.Equal($$$"""{"jsonrpc":"2.0","id":1,"error":{"code":-32005,"message":"{{{TooMany}}}"}}""", await node.Post(call));
        threads.Open();
        Assert.All(await Task.WhenAll(waiting), answer => Assert.Contains("result", answer, StringComparison.Ordinal));
        Assert.Contains("result", await node.Post(call), StringComparison.Ordinal);
    }

    private static string Call(string method, string parameters) => $$"""{"jsonrpc":"2.0","id":1,"method":"{{method}}","params":{{parameters}}}""";

    private static string Batch(int calls, string method, string parameters) =>
        $"[{string.Join(',', Enumerable.Repeat(Call(method, parameters), calls))}]";

    private sealed class CountedComputations : IComputations
    {
        private int _turns;

        public int Turns => _turns;
        public int Waiting { get; init; }

        public Task<T> RunAsync<T>(Func<T> computation)
        {
            Interlocked.Increment(ref _turns);
            return Task.Run(computation);
        }
    }

    /// <summary>Begins nothing until it is opened.</summary>
    private sealed class HeldThreads : TaskScheduler
    {
        private readonly Lock _gate = new();
        private readonly List<Task> _held = [];
        private readonly List<(int Count, TaskCompletionSource Reached)> _watchers = [];
        private bool _isOpen;

        public int Width { get; init; }
        public override int MaximumConcurrencyLevel => Width;
        public int Waiting => _held.Count;

        public Task UntilAsync(int count)
        {
            lock (_gate)
            {
                if (_held.Count >= count) return Task.CompletedTask;
                var reached = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _watchers.Add((count, reached));
                return reached.Task.WaitAsync(TimeSpan.FromSeconds(30));
            }
        }

        public void Open()
        {
            lock (_gate) _isOpen = true;
            foreach (Task task in _held) Start(task);
        }

        protected override void QueueTask(Task task)
        {
            lock (_gate)
            {
                if (!_isOpen)
                {
                    _held.Add(task);
                    foreach ((int count, TaskCompletionSource reached) in _watchers)
                        if (_held.Count >= count) reached.TrySetResult();
                    return;
                }
            }
            Start(task);
        }

        protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => false;

        protected override IEnumerable<Task> GetScheduledTasks() => _held;

        private void Start(Task task) => ThreadPool.UnsafeQueueUserWorkItem(_ => TryExecuteTask(task), null);
    }
}
