using Coco.Client;
using Coco.Tee;

namespace Coco.Apps.Cli;

/// <summary>A file that somebody else made, for commands whose answer is about its content.</summary>
internal static class InputFile
{
    /// <summary>In bytes: initial file systems are below it.</summary>
    private const int MaxImageSize = 1 << 30;

    /// <summary>
    /// One byte more than evidence may have at most, so that a device without an end is read no further. Throws
    /// <see cref="FileNotFoundException"/> where nothing can be read: that is no answer about the content.
    /// </summary>
    public static byte[] Read(string file) => Read(file, stream =>
    {
        var bytes = new byte[Limits.MaxEvidenceSize + 1];
        int size = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return bytes[..size];
    });

    /// <summary>
    /// A program or an image: as long as the file says that it is (a device without an end is empty), and of a pipe whatever comes. Throws
    /// <see cref="FileNotFoundException"/> where nothing can be read, and <see cref="UnknownEvidenceException"/> above <see cref="MaxImageSize"/>.
    /// </summary>
    public static byte[] ReadImage(string file) => Read(file, stream =>
    {
        var bytes = new byte[stream.CanSeek ? Math.Min(stream.Length, MaxImageSize + 1L) : MaxImageSize + 1];
        int size = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
        return size <= MaxImageSize ? bytes[..size] : throw new UnknownEvidenceException($"{file} is larger than any image is: more than {MaxImageSize >> 20} MiB.");
    });

    private static byte[] Read(string file, Func<FileStream, byte[]> read)
    {
        if (Directory.Exists(file)) throw new FileNotFoundException($"{file} is a folder, not a file.");
        if (!File.Exists(file)) throw new FileNotFoundException($"There is no file {file}.");
        try
        {
            using FileStream stream = File.OpenRead(file);
            return read(stream);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new FileNotFoundException($"{file} can't be read: {unreadable.Message}");
        }
    }
}
