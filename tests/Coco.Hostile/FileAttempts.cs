namespace Coco.Hostile;

/// <summary>Key files, ledgers, and the folders around them.</summary>
internal static class FileAttempts
{
    public static IEnumerable<Attempt> All(Targets targets)
    {
        foreach (string file in targets.Secrets)
        {
            yield return Attempt.Try($"read {file}", () => _ = File.ReadAllBytes(file));
            yield return Attempt.Try($"append to {file}", () => File.AppendAllText(file, "x"));
            yield return Attempt.Try($"delete {file}", () => Delete(file));
        }
        foreach (string folder in targets.Folders)
        {
            yield return Attempt.Try($"list {folder}", () => _ = Directory.GetFileSystemEntries(folder));
            yield return Attempt.Try($"write into {folder}", () => File.WriteAllText(Path.Combine(folder, "planted"), "x"));
            yield return Attempt.Try($"move {folder} away", () => Directory.Move(folder, folder + "-moved"));
            yield return Attempt.Try($"open {folder} to all", () => Open(folder));
        }
    }

    /// <summary>Deleting what is not there, or cannot be seen, succeeds in .NET.</summary>
    private static void Delete(string file)
    {
        if (!File.Exists(file)) throw new UnauthorizedAccessException("it cannot be seen");
        File.Delete(file);
    }

    private static void Open(string folder)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(folder, (UnixFileMode)0x1FF);
    }
}
