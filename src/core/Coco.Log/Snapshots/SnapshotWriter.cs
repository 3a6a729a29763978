using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Log;

/// <summary>
/// Makes a snapshot file from canonical state, as a stream: holds one block at a time. The session key is used only while this
/// is made.
/// </summary>
public sealed class SnapshotWriter : IDisposable
{
    private readonly byte[] _block = ArrayPool<byte>.Shared.Rent(Limits.SnapshotBlock);
    private readonly IncrementalHash _digest = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly Aead _cipher;
    private readonly NonceRecorder? _recorder;
    private readonly Hash256 _keyId;
    private readonly Hash256 _start;
    private readonly Hash256 _header;
    private int _filled;
    private int _mostFilled;
    private ulong _blocks;
    private bool _isDisposed;

    /// <summary>Writes the start of the file to <paramref name="output"/>.</summary>
    /// <param name="salt">What this manager drew when it started.</param>
    public SnapshotWriter(
        SnapshotHeader header, EntrySalt salt, SecretKey sessionKey, IBufferWriter<byte> output, NonceRecorder? recorder = null)
    {
        using SecretKey key = SnapshotFormat.Key(sessionKey, salt, header.Index);
        _cipher = new Aead(key);
        _recorder = recorder;
        if (recorder is not null) _keyId = NonceRecording.KeyId(key);
        var start = new ByteWriter();
        start.WriteUInt32(SnapshotFormat.Magic);
        start.WriteUInt32(SnapshotFormat.Version);
        salt.Write(start.Take(EntrySalt.Size));
        start.WriteUInt32(0);
        header.Write(start);
        ReadOnlySpan<byte> canonical = start.Span[SnapshotFormat.PrefixSize..];
        BinaryPrimitives.WriteUInt32LittleEndian(start.Written[(SnapshotFormat.PrefixSize - sizeof(uint))..], (uint)canonical.Length);
        _header = Sha256.Hash(canonical);
        _start = Sha256.Hash(start.Span);
        output.Write(start.Span);
    }

    /// <summary>The next bytes of the canonical state.</summary>
    public void Write(ReadOnlySpan<byte> clear, IBufferWriter<byte> output)
    {
        while (!clear.IsEmpty)
        {
            // A full block waits for more bytes, since only then is it known not to be the last.
            if (_filled == Limits.SnapshotBlock) WriteBlock(output, isLast: false);
            int taken = Math.Min(clear.Length, Limits.SnapshotBlock - _filled);
            clear[..taken].CopyTo(_block.AsSpan(_filled));
            _filled += taken;
            _mostFilled = Math.Max(_mostFilled, _filled);
            clear = clear[taken..];
        }
    }

    /// <summary>Writes the end of the file and gives the digest over header and state: the same on every VN, and in the log.</summary>
    public Hash256 Finish(IBufferWriter<byte> output)
    {
        WriteBlock(output, isLast: true);
        var state = new Hash256(_digest.GetHashAndReset());
        output.Write(state.Span);
        return SnapshotFormat.DigestOf(in _header, in state);
    }

    public void Dispose()
    {
        if (_isDisposed) return;
        _isDisposed = true;
        CryptographicOperations.ZeroMemory(_block.AsSpan(0, _mostFilled));
        ArrayPool<byte>.Shared.Return(_block);
        _cipher.Dispose();
        _digest.Dispose();
    }

    private void WriteBlock(IBufferWriter<byte> output, bool isLast)
    {
        uint prefix = (uint)_filled | (isLast ? SnapshotFormat.LastBlock : 0);
        Span<byte> associated = stackalloc byte[SnapshotFormat.AssociatedSize];
        SnapshotFormat.WriteAssociated(in _start, prefix, associated);
        ReadOnlySpan<byte> clear = _block.AsSpan(0, _filled);
        _digest.AppendData(clear);
        _recorder?.Invoke(_keyId, _blocks, Sha256.Hash(clear));
        Span<byte> written = output.GetSpan(SnapshotFormat.BlockPrefix + _filled + Aead.TagSize);
        BinaryPrimitives.WriteUInt32LittleEndian(written, prefix);
        Span<byte> hidden = written.Slice(SnapshotFormat.BlockPrefix, _filled + Aead.TagSize);
        _cipher.Seal(new AeadNonce(_blocks++), clear, associated, hidden[.._filled], hidden[_filled..]);
        output.Advance(SnapshotFormat.BlockPrefix + hidden.Length);
        _filled = 0;
    }
}
