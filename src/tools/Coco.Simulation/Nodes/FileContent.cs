namespace Coco.Simulation.Nodes;

/// <summary>
/// The bytes of a file as of one moment. What is appended shares what was there before, so that a disk can keep many of its states.
/// </summary>
internal readonly struct FileContent
{
    private const int MinCapacity = 1 << 10;

    private readonly Block? _block;

    private FileContent(Block block, int length) => (_block, Length) = (block, length);

    public FileContent(byte[] bytes) : this(new Block(bytes, bytes.Length), bytes.Length)
    {
    }

    public int Length { get; }

    public ReadOnlySpan<byte> Span => _block is null ? default : _block.Bytes.AsSpan(0, Length);

    public FileContent Truncate(int length) => _block is null || length >= Length ? this : new FileContent(_block, length);

    public FileContent Write(int offset, ReadOnlySpan<byte> bytes)
    {
        int end = Math.Max(Length, offset + bytes.Length);
        if (_block is { } block && offset == Length && TryShare(block, bytes)) return new FileContent(block, end);
        byte[] larger = new byte[Math.Max(end * 2, MinCapacity)];
        Span.CopyTo(larger);
        bytes.CopyTo(larger.AsSpan(offset));
        return new FileContent(new Block(larger, end), end);
    }

    /// <summary>Nobody has written behind these bytes yet, or the same.</summary>
    private bool TryShare(Block block, ReadOnlySpan<byte> bytes)
    {
        if (block.Used == Length && block.Bytes.Length - Length >= bytes.Length)
        {
            bytes.CopyTo(block.Bytes.AsSpan(Length));
            block.Used += bytes.Length;
            return true;
        }
        return block.Used - Length >= bytes.Length && block.Bytes.AsSpan(Length, bytes.Length).SequenceEqual(bytes);
    }

    private sealed class Block(byte[] bytes, int used)
    {
        public byte[] Bytes => bytes;
        public int Used { get; set; } = used;
    }
}
