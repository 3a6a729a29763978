using System.Globalization;

namespace Coco.Tee.Platforms;

/// <summary>What the kernel's report interface gave.</summary>
/// <param name="Provider">sev_guest or tdx_guest.</param>
/// <param name="Auxiliary">SNP: the certificate table that the host passed; may be empty.</param>
public sealed record TsmReport(string Provider, byte[] Report, byte[] Auxiliary);

/// <summary>
/// Reports of SEV-SNP and TDX guests by configfs-tsm (Linux 6.7, Documentation/ABI/testing/configfs-tsm). Each request has a
/// folder of its own, and the generation is compared: another writer of the same entry would otherwise put its data under our name.
/// </summary>
/// <param name="root">/sys/kernel/config/tsm/report, or a stand-in of it.</param>
/// <param name="written">Told of each write, by folder and name: a stand-in's kernel acts here.</param>
/// <param name="read">Told after the report was read, by folder: another writer of a stand-in acts here.</param>
public sealed class ConfigFsTsm(string root, Action<string, string>? written = null, Action<string>? read = null)
{
    public const string SystemFolder = "/sys/kernel/config/tsm/report";
    private const int MaxTries = 3;
    private const int InputSize = 64;

    public bool IsThere => Directory.Exists(root);

    /// <summary>Throws <see cref="PlatformUnavailableException"/>.</summary>
    /// <param name="privilegeLevel">SNP: the VMPL to ask at; null: the kernel's own.</param>
    public TsmReport GetReport(ReadOnlySpan<byte> reportData, int? privilegeLevel = null)
    {
        Coco.Primitives.Invariant.Holds(reportData.Length == InputSize, "report data is 64 bytes");
        byte[] input = reportData.ToArray();
        string entry = Path.Combine(root, "coco-" + Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture));
        try
        {
            Directory.CreateDirectory(entry);
            for (int i = 0; i < MaxTries; i++)
                if (TryGet(entry, input, privilegeLevel) is { } report) return report;
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException && problem is not PlatformUnavailableException)
        {
            throw new PlatformUnavailableException($"The kernel's report interface in {root} failed: {problem.Message}");
        }
        finally
        {
            Remove(entry);
        }
        throw new PlatformUnavailableException($"Another program keeps writing into {entry}.");
    }

    private TsmReport? TryGet(string entry, byte[] input, int? privilegeLevel)
    {
        if (privilegeLevel is { } level) WriteText(entry, "privlevel", level.ToString(CultureInfo.InvariantCulture));
        Write(entry, "inblob", input);
        string generation = ReadText(entry, "generation");
        byte[] report = File.ReadAllBytes(Path.Combine(entry, "outblob"));
        read?.Invoke(entry);
        string auxiliary = Path.Combine(entry, "auxblob");
        var result = new TsmReport(ReadText(entry, "provider"), report, File.Exists(auxiliary) ? File.ReadAllBytes(auxiliary) : []);
        if (report.Length == 0) throw new PlatformUnavailableException("The kernel gave an empty report.");
        return ReadText(entry, "generation") == generation ? result : null;
    }

    private static string ReadText(string entry, string name) => File.ReadAllText(Path.Combine(entry, name)).Trim();

    private void WriteText(string entry, string name, string text) => Write(entry, name, System.Text.Encoding.ASCII.GetBytes(text));

    /// <summary>One write call, as configfs wants it.</summary>
    private void Write(string entry, string name, byte[] content)
    {
        using (var file = new FileStream(Path.Combine(entry, name), FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0)) file.Write(content);
        written?.Invoke(entry, name);
    }

    /// <summary>In configfs the attributes go with their folder; a stand-in on an ordinary disk has real files.</summary>
    private static void Remove(string entry)
    {
        try
        {
            if (!Directory.Exists(entry)) return;
            if (entry.StartsWith(SystemFolder, StringComparison.Ordinal)) Directory.Delete(entry);
            else Directory.Delete(entry, recursive: true);
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            // A folder that stays behind in configfs costs nothing and hides no error of the report itself.
        }
    }
}
