using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using Coco.Crypto;
using Coco.Primitives;
using Coco.Store;

namespace Coco.Ledgers.Tests.Socket;

/// <summary>The least ledger there can be, which keeps the socket honest: a request is the number that the counter must have next.</summary>
internal sealed class CounterLedger : ILedger
{
    private static readonly MapId Counter = new(0);
    private static readonly Refusal Wrong = new(1, "not a number that can still come");

    public LedgerDescription Description { get; } =
        new("counter", "1", [new(Counter, "counter", MapKind.Hash)], ConfirmationBatches: 0, ConfirmationIntervalMs: 0);

    public AdmissionResult Admit(ReadOnlyMemory<byte> request, Caller caller, IReadView committed) =>
        request.Length == sizeof(uint) && BinaryPrimitives.ReadUInt32BigEndian(request.Span) > Read(committed)
            ? AdmissionResult.Admitted(new Step(request))
            : new AdmissionResult(null, Wrong);

    public bool TryDecodeAdmitted(ReadOnlyMemory<byte> encoded, out AdmittedTransaction? transaction)
    {
        transaction = encoded.Length == sizeof(uint) ? new Step(encoded) : null;
        return transaction is not null;
    }

    public ITransactionPool CreatePool() => new Pool();

    public IExecutedBatch Execute(BatchInput input, ITransactionSet set)
    {
        var batch = new Batch(input.Number);
        uint counter = Read(set);
        foreach (AdmittedTransaction transaction in input.Transactions)
        {
            if (((Step)transaction).Number == counter + 1)
            {
                counter++;
                batch.Included.Add(transaction);
            }
            else if (((Step)transaction).Number <= counter) batch.Refused.Add((transaction, Wrong));
        }
        byte[] bytes = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, counter);
        set.Put(Counter, [], bytes);
        return batch;
    }

    public void Applied(AppliedBatch batch, List<Hash256> ids) =>
        ids.AddRange(batch.Record.Requests.Select(request => new Step(request).Id));

    public void RolledBack(BatchNumber to)
    {
    }

    public string? Settle() => null;

    public IClientProtocol Serve(LedgerServices services) => new Protocol();

    public void Dispose()
    {
    }

    private static uint Read(IReadView view) =>
        view.TryGet(Counter, [], out ReadOnlySpan<byte> value) ? BinaryPrimitives.ReadUInt32BigEndian(value) : 0;

    private sealed class Step(ReadOnlyMemory<byte> request) : AdmittedTransaction
    {
        public override Hash256 Id { get; } = new(SHA256.HashData(request.Span));
        public override ReadOnlyMemory<byte> Request => request;
        public uint Number => BinaryPrimitives.ReadUInt32BigEndian(Request.Span);

        public override void Encode(ByteWriter writer) => writer.WriteFixed(Request.Span);
    }

    private sealed class Batch(BatchNumber number) : IExecutedBatch
    {
        public BatchNumber Number => number;
        public List<AdmittedTransaction> Included { get; } = [];
        public List<(AdmittedTransaction Transaction, Refusal Reason)> Refused { get; } = [];

        IReadOnlyList<AdmittedTransaction> IExecutedBatch.Included => Included;
        IReadOnlyList<(AdmittedTransaction Transaction, Refusal Reason)> IExecutedBatch.Refused => Refused;

        public void Seal(ByteWriter results, BatchClaims claims)
        {
            results.WriteUInt32((uint)Included.Count);
            foreach (AdmittedTransaction transaction in Included) claims.Add(new TransactionClaim(transaction.Id, transaction.Id));
        }
    }

    /// <summary>By number: the order of the counter.</summary>
    private sealed class Pool : ITransactionPool
    {
        private readonly SortedDictionary<uint, Place> _places = [];

        public int Count => _places.Count;
        public bool Contains(Hash256 id) => _places.Values.Any(place => place.Step.Id == id);

        public bool HasReady => _places.Values.Any(place => !place.IsTaken);

        public PoolResult Add(AdmittedTransaction transaction, NodeId origin, IReadView head)
        {
            var step = (Step)transaction;
            if (step.Number <= Read(head)) return new PoolResult(false, null, Wrong, false);
            return _places.TryAdd(step.Number, new Place(step, origin == NodeId.None))
                ? new PoolResult(true, null, null, false)
                : new PoolResult(true, null, null, true);
        }

        public void Take(int max, long maxBytes, IReadView head, List<AdmittedTransaction> batch)
        {
            foreach (Place place in _places.Values.Where(place => !place.IsTaken).Take(max))
            {
                place.IsTaken = true;
                batch.Add(place.Step);
            }
        }

        public void Return(IReadOnlyList<AdmittedTransaction> transactions, IReadView head)
        {
            foreach (AdmittedTransaction transaction in transactions) _places[((Step)transaction).Number].IsTaken = false;
        }

        public void Committed(IReadOnlyList<Hash256> ids, IReadView committed, List<AdmittedTransaction> replaced)
        {
            foreach (Hash256 id in ids) Remove(id);
        }

        public void Remove(Hash256 id)
        {
            foreach (uint number in _places.Where(pair => pair.Value.Step.Id == id).Select(pair => pair.Key).ToArray())
                _places.Remove(number);
        }

        public void KeepOwn(IReadView head)
        {
            foreach (uint number in _places.Where(pair => !pair.Value.IsOwn).Select(pair => pair.Key).ToArray())
                _places.Remove(number);
            foreach (Place place in _places.Values) place.IsTaken = false;
        }

        public void CopyOwn(List<AdmittedTransaction> into) =>
            into.AddRange(_places.Values.Where(place => place.IsOwn).Select(place => place.Step));

        private sealed class Place(Step step, bool isOwn)
        {
            public Step Step => step;
            public bool IsOwn => isOwn;
            public bool IsTaken { get; set; }
        }
    }

    /// <summary>A client can ask nothing of it.</summary>
    private sealed class Protocol : IClientProtocol
    {
        public ValueTask<HttpAnswer> HandleAsync(
            HttpQuestion question, IBufferWriter<byte> answer, CancellationToken cancellation) =>
            ValueTask.FromResult(new HttpAnswer(404, "text/plain"));

        public IStreamHandler Open(IClientStream stream) => new Silent();

        private sealed class Silent : IStreamHandler
        {
            public ValueTask HandleAsync(ReadOnlyMemory<byte> message, CancellationToken cancellation) => default;

            public void Dispose()
            {
            }
        }
    }
}
