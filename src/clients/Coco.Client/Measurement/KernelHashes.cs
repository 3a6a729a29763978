using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Coco.Client;

/// <summary>
/// A Linux kernel that a host boots directly: its hashes go into the guest's memory, and so into the launch digest, and the firmware
/// refuses others (QEMU, target/i386/sev.c, SevHashTable).
/// </summary>
/// <param name="Kernel">The whole file.</param>
/// <param name="Initrd">Empty: none.</param>
/// <param name="CommandLine">Without its terminating zero.</param>
public sealed record KernelHashes(ReadOnlyMemory<byte> Kernel, ReadOnlyMemory<byte> Initrd, string CommandLine)
{
    private const int GuidSize = 16;
    private const int EntrySize = GuidSize + sizeof(ushort) + 32;
    private const int TableSize = GuidSize + sizeof(ushort) + 3 * EntrySize;

    private static readonly Guid Table = new("9438d606-4f22-4cc9-b479-a793d411fd21");
    private static readonly Guid CommandLineEntry = new("97d02dd8-bd20-4c94-aa78-e7714d36ab2a");
    private static readonly Guid InitrdEntry = new("44baf731-3a2f-4bd7-9af1-41e29169781d");
    private static readonly Guid KernelEntry = new("4de79437-abd2-427f-b835-d5b172d2045b");

    /// <summary>The page with the table in it; everything else is zero.</summary>
    internal byte[] ToPage(int offset)
    {
        var page = new byte[FirmwareImage.PageSize];
        Span<byte> table = page.AsSpan(offset, TableSize);
        Begin(table, Table, TableSize);
        Write(table[(GuidSize + sizeof(ushort))..], CommandLineEntry, [.. Encoding.UTF8.GetBytes(CommandLine), 0]);
        Write(table[(GuidSize + sizeof(ushort) + EntrySize)..], InitrdEntry, Initrd.Span);
        Write(table[(GuidSize + sizeof(ushort) + 2 * EntrySize)..], KernelEntry, Kernel.Span);
        return page;
    }

    internal static bool FitsAt(int offset) => offset + TableSize <= FirmwareImage.PageSize;

    private static void Write(Span<byte> entry, Guid guid, ReadOnlySpan<byte> content)
    {
        Begin(entry, guid, EntrySize);
        SHA256.HashData(content, entry[(GuidSize + sizeof(ushort))..]);
    }

    private static void Begin(Span<byte> entry, Guid guid, int size)
    {
        guid.TryWriteBytes(entry);
        BinaryPrimitives.WriteUInt16LittleEndian(entry[GuidSize..], (ushort)size);
    }
}
