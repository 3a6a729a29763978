using System.Buffers.Binary;
using System.Security.Cryptography;
using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Log;

/// <summary>
/// Reads a snapshot file as a stream: give it <see cref="NextLength"/> bytes of the file at a time. After the header, unlock it
/// with the session key of the header's index. What comes out is to be used only once <see cref="IsComplete"/> and when the
/// digest is the one in the log: each block is authentic by itself, the digest says that it is the state that the network agreed on.
/// </summary>
public sealed class SnapshotReader : IDisposable
{
    private readonly IncrementalHash _digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _prefix = new byte[SnapshotFormat.PrefixSize];
    private byte[] _clear = [];
    private Aead? _cipher;
    private EntrySalt _salt;
    private Hash256 _start;
    private Hash256 _header;
    private uint _blockPrefix;
    private ulong _blocks;
    private Part _part = Part.Prefix;

    private enum Part : byte
    {
        Prefix,
        Header,
        BlockPrefix,
        Block,
        Digest,
        End,
        Refused,
    }

    /// <summary>How many bytes the next call takes; 0 at the end.</summary>
    public int NextLength { get; private set; } = SnapshotFormat.PrefixSize;

    /// <summary>Null until it was read; not authenticated before the first block was.</summary>
    public SnapshotHeader? Header { get; private set; }

    public bool IsComplete => _part == Part.End;

    /// <summary>A block of state was taken last.</summary>
    public bool IsAfterBlock { get; private set; }

    /// <summary>The block that was taken last is the last one: only the digest of the state follows.</summary>
    public bool IsAtDigest => _part == Part.Digest;

    /// <summary>Over header and state; once complete.</summary>
    public Hash256 Digest { get; private set; }

    /// <summary>What the whole snapshot's digest is if this is the digest of its state; after the header.</summary>
    public Hash256 DigestWith(in Hash256 state) => SnapshotFormat.DigestOf(in _header, in state);

    /// <summary>Gives the session key of the epoch that the header's index is in; used only now.</summary>
    public void Unlock(SecretKey sessionKey)
    {
        Invariant.Holds(Header is not null && _cipher is null, "a snapshot is unlocked once, after its header");
        using SecretKey key = SnapshotFormat.Key(sessionKey, _salt, Header.Index);
        _cipher = new Aead(key);
    }

    /// <summary>
    /// Takes the next <see cref="NextLength"/> bytes; <paramref name="clear"/> is state that they held, valid until the next call.
    /// False: the file is not what a writer made, or the key is another; the reader is done for.
    /// </summary>
    public bool TryTake(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> clear)
    {
        clear = default;
        Part was = _part;
        bool isGood = bytes.Length == NextLength && was switch
        {
            Part.Prefix => TakePrefix(bytes),
            Part.Header => TakeHeader(bytes),
            Part.BlockPrefix => TakeBlockPrefix(bytes),
            Part.Block => TakeBlock(bytes, out clear),
            Part.Digest => TakeDigest(bytes),
            _ => false,
        };
        IsAfterBlock = isGood && was == Part.Block;
        if (!isGood) Expect(Part.Refused, 0);
        return isGood;
    }

    public void Dispose()
    {
        CryptographicOperations.ZeroMemory(_clear);
        _cipher?.Dispose();
        _digest.Dispose();
    }

    private bool TakePrefix(ReadOnlySpan<byte> bytes)
    {
        var reader = new SpanReader(bytes);
        if (!reader.TryReadUInt32(out uint magic) || magic != SnapshotFormat.Magic
            || !reader.TryReadUInt32(out uint version) || version != SnapshotFormat.Version
            || !reader.TryReadFixed(EntrySalt.Size, out ReadOnlySpan<byte> salt)
            || !reader.TryReadUInt32(out uint length) || length is 0 or > SnapshotFormat.MaxHeader) return false;
        _salt = EntrySalt.Read(salt);
        bytes.CopyTo(_prefix);
        return Expect(Part.Header, (int)length);
    }

    private bool TakeHeader(ReadOnlySpan<byte> bytes)
    {
        if (!SnapshotHeader.TryRead(bytes, out SnapshotHeader? header)) return false;
        Header = header;
        using (IncrementalHash start = IncrementalHash.CreateHash(HashAlgorithmName.SHA256))
        {
            start.AppendData(_prefix);
            start.AppendData(bytes);
            _start = new Hash256(start.GetHashAndReset());
        }
        _header = Sha256.Hash(bytes);
        return Expect(Part.BlockPrefix, SnapshotFormat.BlockPrefix);
    }

    private bool TakeBlockPrefix(ReadOnlySpan<byte> bytes)
    {
        _blockPrefix = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        int length = (int)(_blockPrefix & ~SnapshotFormat.LastBlock);
        bool isLast = _blockPrefix != length;
        return (isLast ? length <= Limits.SnapshotBlock : length == Limits.SnapshotBlock) && Expect(Part.Block, length + Aead.TagSize);
    }

    private bool TakeBlock(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> clear)
    {
        Invariant.Holds(_cipher is not null, "a snapshot is unlocked before its state is read");
        int length = bytes.Length - Aead.TagSize;
        if (_clear.Length < length) _clear = new byte[length];
        Span<byte> associated = stackalloc byte[SnapshotFormat.AssociatedSize];
        SnapshotFormat.WriteAssociated(in _start, _blockPrefix, associated);
        clear = default;
        if (!_cipher.TryOpen(new AeadNonce(_blocks++), bytes[..length], bytes[length..], associated, _clear.AsSpan(0, length))) return false;
        clear = _clear.AsSpan(0, length);
        _digest.AppendData(clear);
        return (_blockPrefix & SnapshotFormat.LastBlock) != 0
            ? Expect(Part.Digest, Hash256.Size)
            : Expect(Part.BlockPrefix, SnapshotFormat.BlockPrefix);
    }

    private bool TakeDigest(ReadOnlySpan<byte> bytes)
    {
        var state = new Hash256(_digest.GetHashAndReset());
        Digest = DigestWith(state);
        return state.Span.SequenceEqual(bytes) && Expect(Part.End, 0);
    }

    private bool Expect(Part part, int length)
    {
        _part = part;
        NextLength = length;
        return true;
    }
}
