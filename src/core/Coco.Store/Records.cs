using System.Runtime.InteropServices;

namespace Coco.Store;

/// <summary>The head of a key's block; behind it stand <see cref="Height"/> links of the ordered index, then the key.</summary>
[StructLayout(LayoutKind.Sequential, Size = Bytes)]
internal struct EntryHeader
{
    public const int Bytes = 16;

    /// <summary>The newest version record; published last, read by other threads.</summary>
    public uint Newest;

    /// <summary>The upper half of the key's hash.</summary>
    public uint Tag;

    public ushort Map;
    public ushort KeyLength;

    /// <summary>Levels in the ordered index; 0 in a hash map.</summary>
    public ushort Height;

    public readonly int KeyOffset => Bytes + (Height * sizeof(uint));
    public readonly int BlockBytes => KeyOffset + KeyLength;
}

/// <summary>The head of a version record; the value stands behind it.</summary>
[StructLayout(LayoutKind.Sequential, Size = Bytes)]
internal struct VersionHeader
{
    public const int Bytes = 16;
    public const int Deleted = -1;

    public ulong Version;

    /// <summary>The record that this one replaced; changed when that one is reclaimed, read by other threads.</summary>
    public uint Older;

    /// <summary>Length of the value, or <see cref="Deleted"/>.</summary>
    public int Length;

    public readonly bool IsDeletion => Length == Deleted;
    public readonly int BlockBytes => Bytes + Math.Max(Length, 0);
}
