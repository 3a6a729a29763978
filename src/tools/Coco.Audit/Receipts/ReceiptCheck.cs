using System.Text.Json;
using Coco.Crypto;
using Coco.Log;
using Coco.Primitives;
using Coco.Replica;

namespace Coco.Audit;

/// <summary>
/// Makes the receipt (docs/formats/receipt.md) of each wanted transaction from the ledger files, writes it as JSON, reads it back and verifies
/// it as anyone could who knows the network.
/// </summary>
/// <param name="Held">How many hold.</param>
/// <param name="Failed">Entries that no certificate covers, or of which a receipt does not hold.</param>
public sealed record ReceiptCheck(int Held, IReadOnlyList<ulong> Failed)
{
    /// <param name="files">The whole ledger, from genesis on.</param>
    /// <param name="wanted">By entry: the transactions, with the place of each in its batch.</param>
    public static ReceiptCheck Run(ILedgerFiles files, NetworkId network, IReadOnlyDictionary<LogIndex, IReadOnlyList<ReceiptTransaction>> wanted)
    {
        var maker = new Maker(network, wanted);
        LedgerVerification found = LedgerVerifier.Verify(files, maker, new LedgerOpenOptions { Network = network.Value });
        // Where the ledger does not verify, no receipt of it is worth anything.
        if (!found.Holds) maker.Held.Clear();
        ulong[] failed = [.. wanted.Where(entry => maker.Held.GetValueOrDefault(entry.Key) < entry.Value.Count).Select(entry => entry.Key.Value).Order()];
        return new ReceiptCheck(maker.Held.Values.Sum(), failed);
    }

    /// <summary>Sees the entries in order: each waits for the next certificate.</summary>
    private sealed class Maker(NetworkId network, IReadOnlyDictionary<LogIndex, IReadOnlyList<ReceiptTransaction>> wanted) : ILedgerAuthority
    {
        private readonly LedgerAuthority _rules = new(network);
        private readonly MerkleLedger _tree = new();
        private readonly Queue<byte[]> _waiting = new();

        /// <summary>By entry: how many receipts hold.</summary>
        public Dictionary<LogIndex, int> Held { get; } = [];

        public string? Observe(in EntryFrame entry)
        {
            if (_rules.Observe(in entry) is { } refusal) return refusal;
            _tree.Append(entry.LeafDigest());
            if (wanted.ContainsKey(entry.Header.Index)) _waiting.Enqueue(entry.Bytes.ToArray());
            if (entry.Header.Kind == EntryKind.Signatures && QuorumCertificate.TryRead(entry.PublicPart, out QuorumCertificate? certificate))
                Settle(certificate!);
            return null;
        }

        public bool TryGetKey(NodeId node, LogIndex index, out ReadOnlyMemory<byte> publicKey) => _rules.TryGetKey(node, index, out publicKey);

        public bool IsQuorum(LogIndex index, IReadOnlyList<NodeId> nodes) => _rules.IsQuorum(index, nodes);

        private void Settle(QuorumCertificate certificate)
        {
            while (_waiting.TryPeek(out byte[]? bytes) && EntryFrame.TryParse(bytes, out EntryFrame entry) && entry.Header.Index <= certificate.Index)
            {
                _waiting.Dequeue();
                int held = 0;
                foreach (ReceiptTransaction transaction in wanted[entry.Header.Index])
                    if (Holds(Receipt.Create(network.Value, in entry, _tree, certificate, transaction))) held++;
                Held[entry.Header.Index] = held;
            }
        }

        private bool Holds(Receipt receipt) =>
            ReceiptJson.TryRead(Written(receipt), out Receipt? read) && read.Verify(network.Value, KeyOf, IsQuorum) == ReceiptVerdict.Holds;

        private static byte[] Written(Receipt receipt)
        {
            var bytes = new ByteWriter();
            using (var writer = new Utf8JsonWriter(bytes)) ReceiptJson.Write(receipt, writer);
            return bytes.ToArray();
        }

        private ReadOnlyMemory<byte>? KeyOf(NodeId node) => _rules.TryGetKey(node, _tree.Last, out ReadOnlyMemory<byte> key) ? key : null;
    }
}
