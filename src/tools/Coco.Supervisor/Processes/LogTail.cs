namespace Coco.Supervisor;

/// <summary>Reads a growing log file line by line.</summary>
internal sealed class LogTail(string name, string file)
{
    private long _position;

    /// <summary>Writes the lines that are complete and not yet written.</summary>
    public void CopyTo(TextWriter output)
    {
        if (!File.Exists(file)) return;
        using FileStream stream = new(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        if (stream.Length < _position) _position = 0;
        stream.Position = _position;
        using StreamReader reader = new(stream);
        string text = reader.ReadToEnd();
        int end = text.LastIndexOf('\n') + 1;
        foreach (string line in text[..end].Split('\n', StringSplitOptions.RemoveEmptyEntries)) output.WriteLine($"{name}  {line}");
        _position += reader.CurrentEncoding.GetByteCount(text.AsSpan(0, end));
    }
}
