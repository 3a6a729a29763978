using System.Formats.Tar;
using System.IO.Compression;

namespace Coco.Conformance;

/// <summary>One file of a test set.</summary>
public sealed record TestFile(string Name, byte[] Content);

/// <summary>The files of a folder (recursively), of an archive (.tar.gz, read in place), or one file.</summary>
public static class TestFiles
{
    public static IEnumerable<TestFile> Read(string path, Func<string, bool> isWanted)
    {
        if (Directory.Exists(path)) return ReadFolder(path, isWanted);
        if (!File.Exists(path)) throw new FileNotFoundException($"There is no file or folder {path}.", path);
        bool isArchive = path.EndsWith(".tar.gz", StringComparison.Ordinal) || path.EndsWith(".tgz", StringComparison.Ordinal);
        return isArchive ? ReadArchive(path, isWanted) : [new TestFile(Path.GetFileName(path), File.ReadAllBytes(path))];
    }

    private static IEnumerable<TestFile> ReadFolder(string path, Func<string, bool> isWanted)
    {
        string[] files = Directory.GetFiles(path, "*", SearchOption.AllDirectories);
        Array.Sort(files, StringComparer.Ordinal);
        foreach (string file in files)
        {
            string name = Path.GetRelativePath(path, file).Replace('\\', '/');
            if (isWanted(name)) yield return new TestFile(name, File.ReadAllBytes(file));
        }
    }

    private static IEnumerable<TestFile> ReadArchive(string path, Func<string, bool> isWanted)
    {
        using var zipped = new GZipStream(File.OpenRead(path), CompressionMode.Decompress);
        using var archive = new TarReader(zipped);
        while (archive.GetNextEntry() is { } entry)
        {
            if (entry.DataStream is null || !isWanted(entry.Name)) continue;
            using var content = new MemoryStream();
            entry.DataStream.CopyTo(content);
            yield return new TestFile(entry.Name, content.ToArray());
        }
    }
}
