using System.Buffers.Binary;

namespace Coco.Tee;

/// <summary>The certificates that a host passes to its SNP guests: entries of GUID, offset and length, then their content (GHCB 4.1.8.1).</summary>
public static class SnpCertificateTable
{
    private const int EntrySize = 24;
    private const int MaxEntries = 16;

    private static readonly Guid Vcek = new("63da758d-e664-4564-adc5-f4b93be8accd");
    private static readonly Guid Vlek = new("a8074bc2-a25a-483e-aae6-39c045a0b8a1");
    private static readonly Guid Ask = new("4ab7b379-bbac-4fe4-a02f-05aef327c782");
    private static readonly Guid Ark = new("c0b406a4-a803-4952-9743-3fb6014cd0ae");
    private static readonly Guid Crl = new("92f81bc3-5811-4d3d-97ff-d19f88dc67ea");

    /// <summary>Whether the bytes begin with an entry of a kind that is known.</summary>
    public static bool IsTable(ReadOnlySpan<byte> bytes) => bytes.Length >= EntrySize && ((Guid[])[Vcek, Vlek, Ask, Ark, Crl]).Contains(new Guid(bytes[..16]));

    /// <summary>Adds what the table holds, the signing key's certificate first; nothing for what is not understood.</summary>
    public static void AddTo(EvidenceBundle bundle, ReadOnlySpan<byte> table)
    {
        if (!TryRead(table, out List<byte[]> certificates, out byte[]? list)) return;
        foreach (byte[] certificate in certificates) bundle.Add(EvidencePart.Certificate, certificate);
        if (list is not null) bundle.Add(EvidencePart.RevocationList, list);
    }

    /// <summary>What the table holds, the signing key's certificate first. False for what is not understood.</summary>
    public static bool TryRead(ReadOnlySpan<byte> table, out List<byte[]> certificates, out byte[]? list)
    {
        (certificates, list) = ([], null);
        var found = new Dictionary<Guid, byte[]>();
        for (int i = 0; i < MaxEntries && table.Length >= (i + 1) * EntrySize; i++)
        {
            ReadOnlySpan<byte> entry = table.Slice(i * EntrySize, EntrySize);
            if (!entry.ContainsAnyExcept((byte)0)) break;
            uint offset = BinaryPrimitives.ReadUInt32LittleEndian(entry[16..]);
            uint length = BinaryPrimitives.ReadUInt32LittleEndian(entry[20..]);
            if (offset > (uint)table.Length || length > (uint)table.Length - offset) return false;
            found[new Guid(entry[..16])] = table.Slice((int)offset, (int)length).ToArray();
        }
        foreach (Guid kind in (Guid[])[Vcek, Vlek, Ask, Ark])
            if (found.TryGetValue(kind, out byte[]? certificate)) certificates.Add(certificate);
        list = found.GetValueOrDefault(Crl);
        return true;
    }
}
