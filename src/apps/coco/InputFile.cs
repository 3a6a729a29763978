using Coco.Tee;

namespace Coco.Apps.Cli;

/// <summary>A file that somebody else made, for commands whose answer is about its content.</summary>
internal static class InputFile
{
    /// <summary>
    /// One byte more than evidence may have at most, so that a device without an end is read no further. Throws
    /// <see cref="FileNotFoundException"/> where nothing can be read: that is no answer about the content.
    /// </summary>
    public static byte[] Read(string file)
    {
        if (Directory.Exists(file)) throw new FileNotFoundException($"{file} is a folder, not a file.");
        if (!File.Exists(file)) throw new FileNotFoundException($"There is no file {file}.");
        try
        {
            using FileStream stream = File.OpenRead(file);
            var bytes = new byte[Limits.MaxEvidenceSize + 1];
            int size = stream.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            return bytes[..size];
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            throw new FileNotFoundException($"{file} can't be read: {unreadable.Message}");
        }
    }
}
