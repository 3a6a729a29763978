using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Coco.Tee;

/// <summary>One event of a measured boot, with its digest in the bank that is replayed.</summary>
public sealed record BootEvent(int Pcr, uint Type, ReadOnlyMemory<byte> Digest, ReadOnlyMemory<byte> Data);

/// <summary>A measured boot log: TCG PC Client firmware profile, crypto-agile, or the older form with SHA-1 alone. Read, not judged.</summary>
public sealed class BootLog
{
    public const uint NoAction = 3;
    public const uint Separator = 4;
    public const uint Tag = 6;

    private const uint CrtmVersion = 8;
    private const uint VariableDriverConfig = 0x80000001;
    private const uint VariableAuthority = 0x800000E0;
    private const int Sha1Size = 20;
    private const int MaxAlgorithms = 8;

    private static ReadOnlySpan<byte> AgileSignature => "Spec ID Event03\0"u8;

    /// <summary>Firmware's note, for PCR 0, of the locality that the TPM was started from: that PCR then began with it.</summary>
    private static ReadOnlySpan<byte> StartupLocality => "StartupLocality\0"u8;

    private readonly List<BootEvent> _events = [];

    private BootLog()
    {
    }

    public IReadOnlyList<BootEvent> Events => _events;

    /// <summary>Reads the digests of one bank; false if the log is not well-formed or has no such bank. Where it lies in memory, what is behind it may be all ones or all zeros.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, HashAlgorithmName bank, [NotNullWhen(true)] out BootLog? log, bool isPadded = false)
    {
        log = null;
        if (bytes.Length > Limits.MaxBootLogSize) return false;
        var read = new BootLog();
        ReadOnlySpan<byte> rest = bytes;
        if (!TryReadOld(ref rest, out BootEvent? first)) return false;
        bool isAgile = first.Type == NoAction && first.Data.Span.StartsWith(AgileSignature);
        if (isAgile)
        {
            if (!TryReadAlgorithms(first.Data.Span, out Dictionary<ushort, int> sizes)) return false;
            while (!rest.IsEmpty && !(isPadded && IsPadding(rest)))
                if (!read.TryReadAgile(ref rest, sizes, bank)) return false;
        }
        else
        {
            if (bank != HashAlgorithmName.SHA1) return false;
            read._events.Add(first);
            while (!rest.IsEmpty)
            {
                if (!TryReadOld(ref rest, out BootEvent? next) || read._events.Count == Limits.MaxBootLogEvents) return false;
                read._events.Add(next);
            }
        }
        log = read;
        return true;
    }

    /// <summary>Whether the bytes begin as a boot log does: with the header event, or with one of firmware's in the older form.</summary>
    public static bool IsBootLog(ReadOnlySpan<byte> bytes) => bytes.Length > 32 && Word(bytes, 0) <= 7 && Word(bytes, 4) == NoAction && TryReadOld(ref bytes, out _) && !bytes.IsEmpty;

    /// <summary>Null if the digest of every event whose data is used here, or whose digest is defined as that of its data, is right.</summary>
    public EvidenceRefusal? CheckDigests(HashAlgorithmName bank)
    {
        for (int i = 0; i < _events.Count; i++)
        {
            BootEvent known = _events[i];
            if (known.Type is not (Separator or Tag or CrtmVersion or VariableDriverConfig or VariableAuthority)) continue;
            if (!CryptographicOperations.HashData(bank, known.Data.Span).AsSpan().SequenceEqual(known.Digest.Span))
                return new EvidenceRefusal(EvidenceCheck.LogDigest, $"the digest of event {i} of PCR {known.Pcr} is not of its data");
        }
        return null;
    }

    /// <summary>The values that the PCRs must have after these events, one after the other.</summary>
    public byte[] Replay(HashAlgorithmName bank, IReadOnlyList<int> pcrs)
    {
        int size = CryptographicOperations.HashData(bank, ReadOnlySpan<byte>.Empty).Length;
        var values = new byte[pcrs.Count * size];
        for (int i = 0; i < pcrs.Count; i++)
        {
            Span<byte> value = values.AsSpan(i * size, size);
            // Locality 4 resets PCRs 17 to 22 at a dynamic launch; without one they stay at all ones.
            value.Fill(pcrs[i] is >= 17 and <= 22 ? (byte)0xFF : (byte)0);
            if (pcrs[i] == 0 && _events.Find(known => known.Type == NoAction && known.Data.Span.StartsWith(StartupLocality) && known.Data.Length > StartupLocality.Length) is { } note)
                value[^1] = note.Data.Span[StartupLocality.Length];
            foreach (BootEvent known in _events)
                if (known.Pcr == pcrs[i] && known.Type != NoAction) CryptographicOperations.HashData(bank, (byte[])[.. value, .. known.Digest.Span], value);
        }
        return values;
    }

    /// <summary>No event begins like this: there is no such PCR, and none is without a digest.</summary>
    private static bool IsPadding(ReadOnlySpan<byte> rest) => !rest.ContainsAnyExcept((byte)0xFF) || !rest.ContainsAnyExcept((byte)0);

    /// <summary>PCR (4), type (4), SHA-1 (20), size (4), data.</summary>
    private static bool TryReadOld(ref ReadOnlySpan<byte> rest, [NotNullWhen(true)] out BootEvent? read)
    {
        read = null;
        const int header = 8 + Sha1Size + 4;
        if (rest.Length < header) return false;
        uint pcr = Word(rest, 0);
        uint size = Word(rest, header - 4);
        if (pcr > 23 || size > (uint)(rest.Length - header)) return false;
        read = new BootEvent((int)pcr, Word(rest, 4), rest.Slice(8, Sha1Size).ToArray(), rest.Slice(header, (int)size).ToArray());
        rest = rest[(header + (int)size)..];
        return true;
    }

    private bool TryReadAgile(ref ReadOnlySpan<byte> rest, Dictionary<ushort, int> sizes, HashAlgorithmName bank)
    {
        if (rest.Length < 12 || _events.Count == Limits.MaxBootLogEvents) return false;
        (uint pcr, uint type, uint count) = (Word(rest, 0), Word(rest, 4), Word(rest, 8));
        if (pcr > 23 || count > (uint)sizes.Count) return false;
        rest = rest[12..];
        byte[]? digest = null;
        for (uint i = 0; i < count; i++)
        {
            if (rest.Length < 2 || !sizes.TryGetValue(BinaryPrimitives.ReadUInt16LittleEndian(rest), out int size) || rest.Length < 2 + size) return false;
            if (TpmSpan.TryHash(BinaryPrimitives.ReadUInt16LittleEndian(rest), out HashAlgorithmName hash) && hash == bank) digest = rest.Slice(2, size).ToArray();
            rest = rest[(2 + size)..];
        }
        if (digest is null || rest.Length < 4 || Word(rest, 0) > (uint)(rest.Length - 4)) return false;
        int length = (int)Word(rest, 0);
        _events.Add(new BootEvent((int)pcr, type, digest, rest.Slice(4, length).ToArray()));
        rest = rest[(4 + length)..];
        return true;
    }

    /// <summary>TCG_EfiSpecIDEvent: which digests each event has, and their sizes.</summary>
    private static bool TryReadAlgorithms(ReadOnlySpan<byte> data, out Dictionary<ushort, int> sizes)
    {
        sizes = [];
        const int start = 16 + 4 + 4;
        if (data.Length < start + 4 || Word(data, start) is var count && count is 0 or > MaxAlgorithms) return false;
        ReadOnlySpan<byte> rest = data[(start + 4)..];
        for (uint i = 0; i < count; i++)
        {
            if (rest.Length < 4) return false;
            ushort size = BinaryPrimitives.ReadUInt16LittleEndian(rest[2..]);
            if (size is 0 or > 64 || !sizes.TryAdd(BinaryPrimitives.ReadUInt16LittleEndian(rest), size)) return false;
            rest = rest[4..];
        }
        return true;
    }

    private static uint Word(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]);
}
