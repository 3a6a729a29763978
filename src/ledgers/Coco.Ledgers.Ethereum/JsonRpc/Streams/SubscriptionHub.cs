using Coco.Primitives;

namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>
/// Tells subscribers of committed blocks: each once, in order, without a gap. It walks the chain by number up to the head, and is
/// only woken by new blocks: so nothing queues up where clients are many, and the executor's thread does nothing but wake it.
/// </summary>
internal sealed class SubscriptionHub(RpcNode node)
{
    private readonly Lock _gate = new();
    private readonly ByteWriter _json = new(4096);
    private Subscription[] _active = [];
    private ulong _next;
    private int _wakes;

    /// <summary>From the next block on.</summary>
    public void Activate(Subscription subscription)
    {
        lock (_gate)
        {
            if (subscription.IsEnded) return;
            subscription.From = node.HeadNumber + 1;
            if (_active.Length == 0) _next = subscription.From;
            _active = [.. _active, subscription];
        }
        Wake();
    }

    public void End(Subscription subscription)
    {
        lock (_gate)
        {
            subscription.IsEnded = true;
            _active = [.. _active.Where(active => active != subscription)];
        }
    }

    /// <summary>A block was applied. Quick: on the executor's thread.</summary>
    public void Wake()
    {
        if (Volatile.Read(ref _active).Length == 0) return;
        if (Interlocked.Increment(ref _wakes) == 1) ThreadPool.UnsafeQueueUserWorkItem(static hub => _ = hub.TellAsync(), this, preferLocal: false);
    }

    /// <summary>This VN took a transaction.</summary>
    public void Admitted(AdmittedEthereumTransaction transaction)
    {
        foreach (Subscription subscription in Volatile.Read(ref _active))
        {
            if (subscription.Kind != SubscriptionKind.Transactions || !May(subscription, "transaction", transaction.Id.Span)) continue;
            var json = new ByteWriter(256);
            Begin(json, subscription);
            if (subscription.IsFull) json.Transaction(transaction.Transaction, transaction.Sender);
            else json.Data(transaction.Id.Span);
            Send(json, subscription);
        }
    }

    /// <summary>One at a time: whoever wakes it while it runs makes it look again.</summary>
    private async Task TellAsync()
    {
        int seen;
        do
        {
            seen = Volatile.Read(ref _wakes);
            try
            {
                await TellUpToHeadAsync();
            }
            catch (Exception exception) when (exception is not InvariantException)
            {
                EndAll();
            }
        }
        while (Interlocked.Add(ref _wakes, -seen) > 0);
    }

    private async Task TellUpToHeadAsync()
    {
        while (true)
        {
            ulong number;
            Subscription[] active;
            lock (_gate)
            {
                number = _next;
                active = _active;
            }
            if (active.Length == 0 || node.Chain.Head is not { } head || number > head.Number) return;
            try
            {
                if (await node.Chain.BlockAsync(number, CancellationToken.None) is { } block) Tell(block, active);
                else EndAll();
            }
            finally
            {
                lock (_gate) _next = Math.Max(_next, number + 1);
            }
        }
    }

    /// <summary>A block can't be read back: rather none than some with a gap.</summary>
    private void EndAll()
    {
        foreach (Subscription subscription in Volatile.Read(ref _active))
        {
            End(subscription);
            var json = new ByteWriter(256);
            json.Raw("{\"jsonrpc\":\"2.0\",\"method\":\"eth_subscription\",\"params\":{\"subscription\":"u8);
            json.Text(subscription.Id);
            json.Raw(",\"error\":{\"code\":-32000,\"message\":\"a block cannot be read; subscribe again\"}}}"u8);
            subscription.Session.Send(json.ToArray());
        }
    }

    private void Tell(EthereumBlock block, Subscription[] active)
    {
        foreach (Subscription subscription in active)
        {
            if (block.Number < subscription.From || subscription.IsEnded) continue;
            if (subscription.Kind == SubscriptionKind.NewHeads) TellHead(block, subscription);
            else if (subscription.Kind == SubscriptionKind.Logs) TellLogs(block, subscription);
        }
    }

    private void TellHead(EthereumBlock block, Subscription subscription)
    {
        if (!May(subscription, "block", block.Hash.Span)) return;
        Begin(_json, subscription);
        _json.Header(block.Header, block.Hash);
        Send(_json, subscription);
    }

    private void TellLogs(EthereumBlock block, Subscription subscription)
    {
        if (!subscription.Filter!.MayMatch(block.Header.LogsBloom.Span)) return;
        int index = 0;
        for (int i = 0; i < block.Receipts.Count; i++)
        {
            foreach (LogEntry log in block.Receipts[i].Logs)
            {
                if (subscription.Filter.Matches(log) && May(subscription, "log", log.Address.Span))
                {
                    Begin(_json, subscription);
                    _json.Log(block, i, log, index);
                    Send(_json, subscription);
                }
                index++;
            }
        }
    }

    private bool May(Subscription subscription, string kind, ReadOnlySpan<byte> id) =>
        node.Services.Access.Decide(subscription.Session.Caller, AccessVerb.Subscribe, new Resource(kind, id.ToArray())) == AccessDecision.Allow;

    private static void Begin(ByteWriter json, Subscription subscription)
    {
        json.Clear();
        json.Raw("{\"jsonrpc\":\"2.0\",\"method\":\"eth_subscription\",\"params\":{\"subscription\":"u8);
        json.Text(subscription.Id);
        json.Raw(",\"result\":"u8);
    }

    private static void Send(ByteWriter json, Subscription subscription)
    {
        json.Raw("}}"u8);
        if (!subscription.IsEnded) subscription.Session.Send(json.ToArray());
    }
}
