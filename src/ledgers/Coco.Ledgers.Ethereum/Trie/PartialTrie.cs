using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum;

/// <summary>A node that a witness lacks was needed.</summary>
public sealed class MissingTrieNodeException(Hash256 hash) : Exception($"The witness lacks trie node {hash}.");

/// <summary>
/// A Merkle Patricia trie of plain objects over keys of any length, parts of which may be known by their hash only. For
/// conformance runs over block witnesses and as the reference that the fast trie is tested against.
/// </summary>
public sealed class PartialTrie
{
    private readonly IReadOnlyDictionary<Hash256, byte[]> _known;
    private Node? _root;

    public PartialTrie()
        : this(new Dictionary<Hash256, byte[]>(), NodeReference.EmptyRoot)
    {
    }

    /// <param name="known">RLP of nodes by hash, asked when they are first needed.</param>
    public PartialTrie(IReadOnlyDictionary<Hash256, byte[]> known, in Hash256 root)
    {
        _known = known;
        _root = root == NodeReference.EmptyRoot ? null : new HashNode(root);
    }

    private abstract class Node;

    private sealed class HashNode(Hash256 hash) : Node
    {
        public Hash256 Hash { get; } = hash;
    }

    private sealed class Leaf(byte[] path, byte[] value) : Node
    {
        public byte[] Path { get; } = path;
        public byte[] Value { get; } = value;
    }

    private sealed class Extension(byte[] path, Node child) : Node
    {
        public byte[] Path { get; } = path;
        public Node Child { get; } = child;
    }

    private sealed class Branch : Node
    {
        public Node?[] Children { get; } = new Node?[16];
        public byte[]? Value { get; set; }
    }

    public byte[]? Get(ReadOnlySpan<byte> key) => Get(ref _root, TriePath.Nibbles(key));

    public void Set(ReadOnlySpan<byte> key, byte[] value) =>
        _root = value.Length == 0 ? Delete(_root, TriePath.Nibbles(key)) : Insert(_root, TriePath.Nibbles(key), value);

    public void Remove(ReadOnlySpan<byte> key) => _root = Delete(_root, TriePath.Nibbles(key));

    public Hash256 Root() => _root switch
    {
        null => NodeReference.EmptyRoot,
        HashNode unknown => unknown.Hash,
        _ => Keccak256.Hash(Encode(_root)),
    };

    /// <summary>All keys of whole bytes whose values are known, in order.</summary>
    public IReadOnlyList<(byte[] Key, byte[] Value)> Known()
    {
        List<(byte[] Key, byte[] Value)> found = [];
        Collect(_root, [], found);
        return found;
    }

    private void Collect(Node? node, byte[] path, List<(byte[] Key, byte[] Value)> found)
    {
        if (node is HashNode unknown && !_known.ContainsKey(unknown.Hash)) return;
        switch (Load(node))
        {
            case Leaf leaf: found.Add((TriePath.Bytes([.. path, .. leaf.Path]), leaf.Value)); break;
            case Extension extension: Collect(extension.Child, [.. path, .. extension.Path], found); break;
            case Branch branch:
                for (int i = 0; i < 16; i++) Collect(branch.Children[i], [.. path, (byte)i], found);
                if (branch.Value is { } value) found.Add((TriePath.Bytes(path), value));
                break;
            default: break;
        }
    }

    private byte[]? Get(ref Node? node, ReadOnlySpan<byte> path)
    {
        node = Load(node);
        switch (node)
        {
            case Leaf leaf: return path.SequenceEqual(leaf.Path) ? leaf.Value : null;
            case Extension extension:
                Node? child = extension.Child;
                return path.StartsWith(extension.Path) ? Get(ref child, path[extension.Path.Length..]) : null;
            case Branch branch: return path.IsEmpty ? branch.Value : Get(ref branch.Children[path[0]], path[1..]);
            default: return null;
        }
    }

    private Node Insert(Node? node, ReadOnlySpan<byte> path, byte[] value)
    {
        switch (Load(node))
        {
            case null: return new Leaf(path.ToArray(), value);
            case Leaf leaf:
                if (path.SequenceEqual(leaf.Path)) return new Leaf(leaf.Path, value);
                int same = path.CommonPrefixLength(leaf.Path);
                var parting = new Branch();
                Place(parting, leaf.Path.AsSpan(same), leaf.Value);
                Place(parting, path[same..], value);
                return Extend(path[..same], parting);
            case Extension extension: return InsertAt(extension, path, value);
            case Branch branch:
                if (path.IsEmpty) branch.Value = value;
                else branch.Children[path[0]] = Insert(branch.Children[path[0]], path[1..], value);
                return branch;
            default: throw new InvariantException("a loaded node is known");
        }
    }

    private Node InsertAt(Extension extension, ReadOnlySpan<byte> path, byte[] value)
    {
        int same = path.CommonPrefixLength(extension.Path);
        if (same == extension.Path.Length) return new Extension(extension.Path, Insert(extension.Child, path[same..], value));
        var branch = new Branch();
        branch.Children[extension.Path[same]] = Extend(extension.Path.AsSpan(same + 1), extension.Child);
        Place(branch, path[same..], value);
        return Extend(path[..same], branch);
    }

    private static void Place(Branch branch, ReadOnlySpan<byte> path, byte[] value)
    {
        if (path.IsEmpty) branch.Value = value;
        else branch.Children[path[0]] = new Leaf(path[1..].ToArray(), value);
    }

    private Node? Delete(Node? node, ReadOnlySpan<byte> path)
    {
        switch (Load(node))
        {
            case Leaf leaf: return path.SequenceEqual(leaf.Path) ? null : leaf;
            case Extension extension:
                if (!path.StartsWith(extension.Path)) return extension;
                Node? child = Delete(extension.Child, path[extension.Path.Length..]);
                return child is null ? null : Extend(extension.Path, child);
            case Branch branch:
                if (path.IsEmpty) branch.Value = null;
                else branch.Children[path[0]] = Delete(branch.Children[path[0]], path[1..]);
                return Shrink(branch);
            default: return null;
        }
    }

    private Node? Shrink(Branch branch)
    {
        int only = -1;
        for (int i = 0; i < 16; i++)
        {
            if (branch.Children[i] is null) continue;
            if (only >= 0 || branch.Value is not null) return branch;
            only = i;
        }
        if (only < 0) return branch.Value is null ? null : new Leaf([], branch.Value);
        return Extend([(byte)only], Load(branch.Children[only])!);
    }

    /// <summary>A path and what follows it as one node.</summary>
    private static Node Extend(ReadOnlySpan<byte> path, Node child)
    {
        if (path.IsEmpty) return child;
        return child switch
        {
            Leaf leaf => new Leaf([.. path, .. leaf.Path], leaf.Value),
            Extension extension => new Extension([.. path, .. extension.Path], extension.Child),
            _ => new Extension(path.ToArray(), child),
        };
    }

    private Node? Load(Node? node)
    {
        if (node is not HashNode unknown) return node;
        return _known.TryGetValue(unknown.Hash, out byte[]? rlp) ? Decode(rlp) : throw new MissingTrieNodeException(unknown.Hash);
    }

    private static Node Decode(ReadOnlySpan<byte> rlp)
    {
        var outer = new RlpReader(rlp);
        RlpReader list = outer.ReadList();
        int count = 0;
        for (RlpReader counting = list; !counting.IsAtEnd; count++) counting.ReadItem(out _);
        if (count == 17) return DecodeBranch(list);
        ReadOnlySpan<byte> encodedPath = list.ReadBytes();
        if (count != 2 || !TriePath.TryReadHexPrefix(encodedPath, out byte[] path, out bool isLeaf))
            throw new InvalidDataException("A trie node is neither a branch nor a pair.");
        if (isLeaf) return new Leaf(path, list.ReadBytes().ToArray());
        return new Extension(path, DecodeChild(ref list) ?? throw new InvalidDataException("An extension leads nowhere."));
    }

    private static Branch DecodeBranch(RlpReader list)
    {
        var branch = new Branch();
        for (int i = 0; i < 16; i++) branch.Children[i] = DecodeChild(ref list);
        ReadOnlySpan<byte> value = list.ReadBytes();
        if (!value.IsEmpty) branch.Value = value.ToArray();
        return branch;
    }

    private static Node? DecodeChild(ref RlpReader list)
    {
        if (list.IsNextList) return Decode(list.ReadRaw());
        ReadOnlySpan<byte> bytes = list.ReadBytes();
        if (bytes.IsEmpty) return null;
        return bytes.Length == Hash256.Size ? new HashNode(new Hash256(bytes)) : throw new InvalidDataException("A child is no hash.");
    }

    private static byte[] Encode(Node node)
    {
        var writer = new ByteWriter();
        int list = writer.BeginList();
        switch (node)
        {
            case Leaf leaf:
                WritePath(writer, leaf.Path, true);
                writer.RlpBytes(leaf.Value);
                break;
            case Extension extension:
                WritePath(writer, extension.Path, false);
                WriteReference(writer, extension.Child);
                break;
            case Branch branch:
                foreach (Node? child in branch.Children) WriteReference(writer, child);
                writer.RlpBytes(branch.Value);
                break;
        }
        writer.EndList(list);
        return writer.ToArray();
    }

    private static void WritePath(ByteWriter writer, byte[] path, bool isLeaf)
    {
        byte[] encoded = new byte[(path.Length / 2) + 1];
        writer.RlpBytes(encoded.AsSpan(0, TriePath.WriteHexPrefix(encoded, path, isLeaf)));
    }

    private static void WriteReference(ByteWriter writer, Node? node)
    {
        if (node is null)
        {
            writer.RlpBytes(default);
            return;
        }
        if (node is HashNode unknown)
        {
            writer.Rlp(unknown.Hash);
            return;
        }
        byte[] encoded = Encode(node);
        if (encoded.Length < Hash256.Size) writer.RlpRaw(encoded);
        else writer.Rlp(Keccak256.Hash(encoded));
    }
}
