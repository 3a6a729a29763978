using System.Diagnostics;
using System.Globalization;
using System.Runtime.Versioning;
using Coco.Supervisor;

namespace Coco.Chaos;

/// <summary>A node whose ledger lies on a memory file system that is nearly full (needs root, for mount).</summary>
[UnsupportedOSPlatform("windows")]
internal static class SmallDisk
{
    /// <summary>What is free at the start: some seconds of load.</summary>
    private const long FreeBytes = 128 << 10;

    private const long RoomyBytes = 4L << 30;

    public static bool IsPossible => Signals.IsRoot && File.Exists("/bin/mount");

    /// <summary>The disk fills up, stays full for a while, and is then made larger; afterwards the files are where they were before.</summary>
    public static async Task FillAsync(ChaosNetwork network, string node, TimeSpan full, CancellationToken cancellation)
    {
        string ledger = (await network.NodeAsync(node, cancellation)).LedgerDirectory;
        await network.WhileStoppedAsync(node, () => Cover(ledger), cancellation);
        try
        {
            await WaitUntilFullAsync(ledger, cancellation);
            await Task.Delay(full, cancellation);
        }
        finally
        {
            HostCommand.Run("mount", "-o", $"remount,size={RoomyBytes.ToString(CultureInfo.InvariantCulture)}", ledger);
        }
        if (await network.WaitUntilWholeAsync(cancellation) is null) throw new SupervisorException($"{node} did not come back after its disk had been full.");
        await network.WhileStoppedAsync(node, () => Uncover(ledger), cancellation);
    }

    private static void Cover(string folder)
    {
        long used = Directory.EnumerateFiles(folder).Sum(file => new FileInfo(file).Length);
        long size = ((used + FreeBytes) / 4096 * 4096) + (4096 * Directory.EnumerateFiles(folder).Count());
        string real = folder + ".real";
        UnixFileMode mode = File.GetUnixFileMode(folder);
        Directory.Move(folder, real);
        Directory.CreateDirectory(folder, mode);
        HostCommand.Run("mount", "-t", "tmpfs", "-o", $"size={size.ToString(CultureInfo.InvariantCulture)},mode={Convert.ToString((int)mode, 8)}", "coco-chaos", folder);
        foreach (string file in Directory.EnumerateFiles(real)) File.Copy(file, Path.Combine(folder, Path.GetFileName(file)));
    }

    private static void Uncover(string folder)
    {
        string real = folder + ".real";
        foreach (string file in Directory.EnumerateFiles(real)) File.Delete(file);
        foreach (string file in Directory.EnumerateFiles(folder)) File.Copy(file, Path.Combine(real, Path.GetFileName(file)));
        HostCommand.Run("umount", folder);
        Directory.Delete(folder);
        Directory.Move(real, folder);
    }

    private static async Task WaitUntilFullAsync(string folder, CancellationToken cancellation)
    {
        long start = Stopwatch.GetTimestamp();
        while (new DriveInfo(folder).AvailableFreeSpace > 0 && Stopwatch.GetElapsedTime(start) < ChaosNetwork.Patience / 3)
            await Task.Delay(20, cancellation);
    }
}
