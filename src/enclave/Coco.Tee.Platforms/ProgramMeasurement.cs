using System.Security.Cryptography;
using System.Text;
using Coco.Primitives;

namespace Coco.Tee.Platforms;

/// <summary>
/// The measurement of a program on the software platform: SHA-256 over its files' relative names and contents, sorted by name
/// ('/' between folders, ordinal order), each behind its 64-bit length.
/// </summary>
public static class ProgramMeasurement
{
    /// <summary>More files than this are not a program's folder; measuring a whole disk by mistake would hang.</summary>
    public const int MaxFiles = 10_000;

    private const int BufferSize = 128 * 1024;

    /// <summary>Throws <see cref="InvalidDataException"/> where the folder is empty or holds too many files.</summary>
    public static Hash256 Of(string folder)
    {
        string[] files = Directory.GetFiles(folder, "*", SearchOption.AllDirectories);
        if (files.Length is 0 or > MaxFiles) throw new InvalidDataException($"{folder} holds {files.Length} files: it is not a program's folder");
        string[] names = [.. files.Select(file => Path.GetRelativePath(folder, file).Replace('\\', '/'))];
        Array.Sort(names, files, StringComparer.Ordinal);
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData("coco-program-v1"u8);
        for (int i = 0; i < files.Length; i++)
        {
            byte[] name = Encoding.UTF8.GetBytes(names[i]);
            AppendLength(hash, name.Length);
            hash.AppendData(name);
            AppendFile(hash, files[i]);
        }
        return new Hash256(hash.GetHashAndReset());
    }

    private static void AppendFile(IncrementalHash hash, string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, BufferSize);
        AppendLength(hash, file.Length);
        var buffer = new byte[BufferSize];
        for (int read = file.Read(buffer); read > 0; read = file.Read(buffer)) hash.AppendData(buffer, 0, read);
    }

    private static void AppendLength(IncrementalHash hash, long length)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        System.Buffers.Binary.BinaryPrimitives.WriteInt64LittleEndian(bytes, length);
        hash.AppendData(bytes);
    }
}
