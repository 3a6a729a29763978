using Coco.Log;
using Coco.Primitives;
using Coco.Replica;

namespace Coco.Audit;

/// <summary>Writes the public parts of a ledger as one JSON document in each line: what anyone who holds the files can read.</summary>
public sealed class LedgerListing : ILedgerAuthority
{
    private readonly LedgerAuthority _rules = new();
    private readonly LogIndex? _only;
    private readonly TextWriter _output;

    private LedgerListing(LogIndex? only, TextWriter output)
    {
        _only = only;
        _output = output;
    }

    /// <summary>Each entry is written once it was verified; the answer is what verification found in all.</summary>
    public static LedgerCheck Run(string folder, ulong? only, TextWriter output)
    {
        LogIndex? index = only is { } wanted ? new LogIndex(wanted) : null;
        var listing = new LedgerListing(index, output);
        return LedgerCheck.Of(LedgerVerifier.Verify(LedgerFolderReader.Open(folder), listing, new LedgerOpenOptions()));
    }

    string? ILedgerAuthority.Observe(in EntryFrame entry)
    {
        if (_rules.Observe(in entry) is { } refusal) return refusal;
        if (_only is null || _only == entry.Header.Index) _output.WriteLine(EntryJson.Write(in entry));
        return null;
    }

    bool ILedgerAuthority.TryGetKey(NodeId node, LogIndex index, out ReadOnlyMemory<byte> publicKey) =>
        _rules.TryGetKey(node, index, out publicKey);

    bool ILedgerAuthority.IsQuorum(LogIndex index, IReadOnlyList<NodeId> nodes) => _rules.IsQuorum(index, nodes);
}
