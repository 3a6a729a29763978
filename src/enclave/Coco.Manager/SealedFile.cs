using System.Security.Cryptography;
using Coco.Keys;
using Coco.Manager.Disk;
using Coco.Primitives;
using Coco.Replica;

namespace Coco.Manager;

/// <summary>Seals for the platform: only the same program on the same machine opens it.</summary>
public interface ISealing
{
    byte[] Seal(string use, ReadOnlySpan<byte> content);

    bool TryUnseal(string use, ReadOnlySpan<byte> content, out byte[]? opened);
}

/// <summary>What a manager needs to go on after all VNs stopped: who it was, in which term, and its keys.</summary>
internal sealed record SealedContent(SealedState State, byte[] NodeKey, byte[] Secrets);

/// <summary>The sealed state on disk, replaced as a whole each time that term, vote or incarnation changes.</summary>
/// <param name="sealing">Null: the platform has none, and nothing is kept.</param>
internal sealed class SealedFile(string path, ISealing? sealing)
{
    private const string Use = "restart";
    private const int MaxPartBytes = 32_768;

    /// <summary>About as much as is sealed.</summary>
    private const int TrialBytes = 4_096;

    public void Write(SealedState state, EcdsaSigner nodeKey, Secrets secrets)
    {
        if (sealing is null) return;
        byte[] key = nodeKey.ExportPkcs8();
        byte[] shared = secrets.Encode();
        var writer = new ByteWriter(4_096);
        writer.WriteUInt64(state.Self.Value);
        writer.WriteUInt64(state.Term.Value);
        writer.WriteUInt64(state.Vote.Value);
        writer.WriteBytes(key);
        writer.WriteBytes(shared);
        PosixFiles.Replace(path, sealing.Seal(Use, writer.Span));
        CryptographicOperations.ZeroMemory(key);
        CryptographicOperations.ZeroMemory(shared);
        CryptographicOperations.ZeroMemory(writer.Written);
    }

    /// <summary>Shows at a start that the disk can take what an admission must write.</summary>
    /// <exception cref="IOException">It can't.</exception>
    public void Rewrite()
    {
        if (File.Exists(path))
        {
            PosixFiles.Replace(path, File.ReadAllBytes(path));
            return;
        }
        string trial = path + ".trial";
        PosixFiles.Replace(trial, new byte[TrialBytes]);
        File.Delete(trial);
    }

    /// <summary>
    /// For good: after entries were dropped from a damaged ledger this VN no longer holds all that it once acknowledged, and may
    /// never again go on as who it was.
    /// </summary>
    public void Discard()
    {
        File.Delete(path);
        PosixFiles.SyncDirectory(Path.GetDirectoryName(path)!);
    }

    /// <summary>Null where there is none, or it is another program's, or it was changed.</summary>
    public SealedContent? Read()
    {
        if (sealing is null || !File.Exists(path) || !sealing.TryUnseal(Use, File.ReadAllBytes(path), out byte[]? opened)) return null;
        var reader = new SpanReader(opened);
        bool isRead = reader.TryReadUInt64(out ulong self) & reader.TryReadUInt64(out ulong term) & reader.TryReadUInt64(out ulong vote);
        if (!isRead || !reader.TryReadBytes(MaxPartBytes, out ReadOnlySpan<byte> key)
            || !reader.TryReadBytes(MaxPartBytes, out ReadOnlySpan<byte> secrets) || !reader.IsAtEnd) return null;
        var content = new SealedContent(
            new SealedState(new NodeId(self), new Term(term), new NodeId(vote)), key.ToArray(), secrets.ToArray());
        CryptographicOperations.ZeroMemory(opened);
        return content;
    }
}
