using System.Text.Json;
using System.Text.Json.Serialization;

namespace Coco.Supervisor;

/// <summary>How the host's files and the status are written as JSON.</summary>
public static class SupervisorJson
{
    public static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web) { WriteIndented = true, NumberHandling = JsonNumberHandling.Strict };

    /// <summary>The same in one line, for the control socket.</summary>
    public static JsonSerializerOptions OneLine { get; } = new(Options) { WriteIndented = false };

    /// <summary>Writes the file whole or not at all.</summary>
    public static void WriteFile<T>(string file, T value)
    {
        string fresh = file + ".new";
        File.WriteAllBytes(fresh, JsonSerializer.SerializeToUtf8Bytes(value, Options));
        File.Move(fresh, file, overwrite: true);
    }
}
