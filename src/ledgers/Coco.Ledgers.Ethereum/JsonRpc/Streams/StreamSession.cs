using System.Security.Cryptography;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>One WebSocket client: its requests, many at a time, and its subscriptions.</summary>
internal sealed class StreamSession(RpcServer server, IClientStream stream) : IStreamHandler
{
    private readonly SemaphoreSlim _room = new(RpcLimits.StreamRequests);
    private readonly Lock _gate = new();
    private readonly Dictionary<string, Subscription> _subscriptions = new(StringComparer.OrdinalIgnoreCase);
    private bool _isClosed;

    public Caller Caller => stream.Caller;

    /// <summary>
    /// Begins to answer, and returns without waiting for the end: a client sends many transactions before the first is committed.
    /// </summary>
    public async ValueTask HandleAsync(ReadOnlyMemory<byte> message, CancellationToken cancellation)
    {
        try
        {
            await _room.WaitAsync(cancellation);
        }
        catch (OperationCanceledException)
        {
            stream.Answered(message.Length);
            throw;
        }
        _ = AnswerAsync(message, cancellation);
    }

    public void Send(ReadOnlyMemory<byte> message) => stream.Send(message);

    /// <summary>Null where the client has too many.</summary>
    public Subscription? Create(SubscriptionKind kind, LogFilter? filter, bool isFull)
    {
        string id = "0x" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        var subscription = new Subscription(this, id, kind, filter, isFull);
        lock (_gate)
        {
            if (_isClosed || _subscriptions.Count >= RpcLimits.SubscriptionsOfOneClient) return null;
            _subscriptions.Add(id, subscription);
        }
        return subscription;
    }

    public bool Remove(string id)
    {
        Subscription? subscription;
        lock (_gate)
            if (!_subscriptions.Remove(id, out subscription)) return false;
        server.Node.Subscriptions.End(subscription);
        return true;
    }

    public void Dispose()
    {
        Subscription[] all;
        lock (_gate)
        {
            _isClosed = true;
            all = [.. _subscriptions.Values];
            _subscriptions.Clear();
        }
        foreach (Subscription subscription in all) server.Node.Subscriptions.End(subscription);
    }

    private async Task AnswerAsync(ReadOnlyMemory<byte> message, CancellationToken cancellation)
    {
        try
        {
            var created = new StreamMessage(this);
            var answer = new ByteWriter(512);
            await server.AnswerAsync(message, stream.Caller, created, answer, cancellation);
            if (answer.Length > 0) stream.Send(answer.Memory);
            foreach (Subscription subscription in created.Subscriptions) server.Node.Subscriptions.Activate(subscription);
        }
        catch (OperationCanceledException)
        {
            // The client went away; there is nobody to tell.
        }
        finally
        {
            _room.Release();
            stream.Answered(message.Length);
        }
    }
}

/// <summary>A message of a WebSocket client, with the subscriptions that it asks for: they begin after the answer.</summary>
internal sealed class StreamMessage(StreamSession session)
{
    private readonly Lock _gate = new();
    private readonly List<Subscription> _subscriptions = [];

    public StreamSession Session { get; } = session;

    public IReadOnlyList<Subscription> Subscriptions => _subscriptions;

    public Subscription? Create(SubscriptionKind kind, LogFilter? filter, bool isFull)
    {
        Subscription? subscription = Session.Create(kind, filter, isFull);
        if (subscription is null) return null;
        lock (_gate) _subscriptions.Add(subscription);
        return subscription;
    }
}
