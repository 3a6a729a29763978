using Coco.Crypto;
using Coco.Log;
using Coco.Primitives;
using Coco.Replica;

namespace Coco.Audit;

/// <summary>Sees each entry once its signature and its place hold, and executes the batches among them.</summary>
internal sealed class ReplayAuthority : ILedgerAuthority, IDisposable
{
    private readonly LedgerAuthority _rules;
    private readonly KeyFile _keys;
    private readonly Action<LogIndex, BatchClaims>? _executed;
    private readonly List<SecretKey> _secrets = [];
    private readonly List<EntryCipher> _ciphers = [];
    private readonly List<ReplayMismatch> _mismatches = [];

    public ReplayAuthority(NetworkId network, KeyFile keys, Action<LogIndex, BatchClaims>? executed)
    {
        _rules = new LedgerAuthority(network);
        _keys = keys;
        _executed = executed;
        foreach (ReadOnlyMemory<byte> key in keys.SessionKeys)
        {
            _secrets.Add(new SecretKey(key.Span));
            _ciphers.Add(new EntryCipher(_secrets[^1]));
        }
    }

    public BatchReplay? Batches { get; private set; }
    public IReadOnlyList<ReplayMismatch> Mismatches => _mismatches;

    public string? Observe(in EntryFrame entry)
    {
        if (_rules.Observe(in entry) is { } refusal) return refusal;
        if (entry.Header.Kind != EntryKind.Batch) return null;
        return Replay(in entry) ? null : "cannot be executed again, nor can anything after it";
    }

    public bool TryGetKey(NodeId node, LogIndex index, out ReadOnlyMemory<byte> publicKey) => _rules.TryGetKey(node, index, out publicKey);

    public bool IsQuorum(LogIndex index, IReadOnlyList<NodeId> nodes) => _rules.IsQuorum(index, nodes);

    public void Dispose()
    {
        Batches?.Dispose();
        foreach (EntryCipher cipher in _ciphers) cipher.Dispose();
        foreach (SecretKey secret in _secrets) secret.Dispose();
    }

    private bool Replay(in EntryFrame entry)
    {
        LogIndex index = entry.Header.Index;
        byte[] plain = GC.AllocateUninitializedArray<byte>(entry.PlaintextLength);
        if (!TryOpen(in entry, plain) || !BatchPublicPart.TryRead(entry.PublicPart.Span, out BatchPublicPart part))
        {
            _mismatches.Add(new ReplayMismatch(index.Value, "decryption"));
            return false;
        }
        Batches ??= new BatchReplay(ReplayLedgers.Create(_rules.State!.Constitution.Ledger, _keys.Genesis), _executed);
        string? difference = Batches.Run(index, part, plain, out bool canGoOn);
        if (difference is not null) _mismatches.Add(new ReplayMismatch(index.Value, difference));
        return canGoOn && _mismatches.Count < Limits.MaxMismatches;
    }

    private bool TryOpen(in EntryFrame entry, byte[] plain)
    {
        foreach (EntryCipher cipher in _ciphers)
            if (cipher.TryOpen(in entry, plain)) return true;
        return false;
    }
}
