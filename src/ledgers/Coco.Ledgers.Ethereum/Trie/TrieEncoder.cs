using Coco.Crypto;
using Coco.Evm;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum;

/// <summary>The RLP of the nodes of a <see cref="TrieForest"/>; children must be clean.</summary>
public sealed class TrieEncoder(TrieForest forest)
{
    private const int MaxPath = Hash256.Size + 1;

    private readonly ByteWriter _value = new(128);

    /// <summary>Appends a node: a leaf, or a branch without its extension.</summary>
    public void Write(TrieNode node, ByteWriter writer)
    {
        switch (node.Kind)
        {
            case TrieKind.Branch: WriteBranch(forest.Branches[node.Index], writer); break;
            case TrieKind.Slot: WriteSlot(forest.Slots[node.Index], writer); break;
            default: WriteAccount(forest.Accounts[node.Index], writer); break;
        }
    }

    /// <summary>Appends the extension before a branch.</summary>
    public static void WriteExtension(in TrieBranch branch, in NodeReference target, ByteWriter writer)
    {
        Span<byte> path = stackalloc byte[MaxPath];
        int length = TriePath.WriteHexPrefix(path, branch.Head.Key.Span, branch.Head.Above, branch.Depth, isLeaf: false);
        int list = writer.BeginList();
        writer.RlpBytes(path[..length]);
        target.Write(writer.Take(target.Length));
        writer.EndList(list);
    }

    private void WriteBranch(in TrieBranch branch, ByteWriter writer)
    {
        int payload = 1;
        foreach (TrieNode child in (ReadOnlySpan<TrieNode>)branch.Children)
            payload += child.IsNone ? 1 : forest.Head(child).Reference.Length;
        Span<byte> header = stackalloc byte[9];
        writer.WriteFixed(header[..RlpWriter.WriteHeader(header, 0xC0, payload)]);
        Span<byte> target = writer.Take(payload);
        int at = 0;
        foreach (TrieNode child in (ReadOnlySpan<TrieNode>)branch.Children)
        {
            if (child.IsNone) target[at++] = 0x80;
            else at += forest.Head(child).Reference.Write(target[at..]);
        }
        target[at] = 0x80;
    }

    private void WriteSlot(in TrieSlot slot, ByteWriter writer)
    {
        _value.Clear();
        _value.Rlp(slot.Value);
        WriteLeaf(slot.Head, writer);
    }

    private void WriteAccount(in TrieAccount account, ByteWriter writer)
    {
        _value.Clear();
        WriteAccountValue(account.Nonce, account.Balance, StorageRoot(account), account.CodeHash, _value);
        WriteLeaf(account.Head, writer);
    }

    public static void WriteAccountValue(
        ulong nonce, in UInt256 balance, in Hash256 storageRoot, in Hash256 codeHash, ByteWriter writer)
    {
        int list = writer.BeginList();
        writer.Rlp(nonce);
        writer.Rlp(balance);
        writer.Rlp(storageRoot);
        writer.Rlp(codeHash);
        writer.EndList(list);
    }

    public Hash256 StorageRoot(in TrieAccount account) =>
        account.Storage.IsNone ? NodeReference.EmptyRoot : forest.Head(account.Storage).Reference.RootHash();

    private void WriteLeaf(in TrieHead head, ByteWriter writer)
    {
        Span<byte> path = stackalloc byte[MaxPath];
        int length = TriePath.WriteHexPrefix(path, head.Key.Span, head.Above, TrieForest.KeyNibbles, isLeaf: true);
        int list = writer.BeginList();
        writer.RlpBytes(path[..length]);
        writer.RlpBytes(_value.Span);
        writer.EndList(list);
    }
}
