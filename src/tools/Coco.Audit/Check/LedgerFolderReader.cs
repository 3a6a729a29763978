using Coco.Log;
using Microsoft.Win32.SafeHandles;

namespace Coco.Audit;

/// <summary>The files of a ledger's folder, to read only.</summary>
public sealed class LedgerFolderReader(string folder) : ILedgerFiles
{
    /// <summary>Throws where there is no such folder.</summary>
    public static LedgerFolderReader Open(string folder) => Directory.Exists(folder) ? new LedgerFolderReader(folder)
        : throw new DirectoryNotFoundException($"There is no folder {folder}.");

    public IReadOnlyList<string> List() => [.. Directory.EnumerateFiles(folder).Select(file => Path.GetFileName(file)!)];

    public long Length(string file)
    {
        FileInfo found = new(Path.Combine(folder, file));
        return found.Exists ? found.Length : 0;
    }

    public int Read(string file, long offset, Span<byte> destination)
    {
        using SafeFileHandle handle = File.OpenHandle(Path.Combine(folder, file), share: FileShare.ReadWrite | FileShare.Delete);
        int total = 0;
        while (total < destination.Length)
        {
            int read = RandomAccess.Read(handle, destination[total..], offset + total);
            if (read == 0) break;
            total += read;
        }
        return total;
    }
}
