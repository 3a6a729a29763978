namespace Coco.Conformance.Import;

/// <summary>Blocks in RLP one after the other, as nodes export them; read one at a time, since such files are long.</summary>
internal static class ChainFile
{
    /// <summary>Far above any block: mainnet blocks are below 10 MiB (EIP-7934).</summary>
    private const long MaxBlockBytes = 64 << 20;

    private const int LongList = 0xF7;
    private const int ShortList = 0xC0;

    /// <summary>Throws <see cref="InvalidDataException"/> where what follows is no block.</summary>
    public static IEnumerable<byte[]> Read(string path)
    {
        using FileStream file = File.OpenRead(path);
        while (file.Position < file.Length)
        {
            long start = file.Position;
            long length = ReadLength(file);
            if (length > MaxBlockBytes || file.Position + length > file.Length)
                throw new InvalidDataException($"{path}: what begins at byte {start} is cut off or too long for a block.");
            byte[] block = new byte[file.Position - start + length];
            file.Position = start;
            file.ReadExactly(block);
            yield return block;
        }
    }

    /// <summary>Of a list's content (yellow paper, appendix B).</summary>
    private static long ReadLength(FileStream file)
    {
        int first = file.ReadByte();
        if (first < ShortList) throw new InvalidDataException($"{file.Name}: at byte {file.Position - 1} begins no list in RLP.");
        if (first <= LongList) return first - ShortList;
        long length = 0;
        for (int i = first - LongList; i > 0 && length <= MaxBlockBytes; i--) length = (length << 8) | (uint)Math.Max(file.ReadByte(), 0);
        return length;
    }
}
