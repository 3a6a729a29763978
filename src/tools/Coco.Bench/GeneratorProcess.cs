using System.Collections;
using System.Runtime.InteropServices;
using System.Text;

namespace Coco.Bench;

/// <summary>Makes this process a load generator: what it takes of the processors is missing to the nodes that it measures.</summary>
public static partial class GeneratorProcess
{
    private static readonly (string Name, string Value)[] Settings =
    [
        // The exchanges are short and never block: one thread serves all connections and hands nothing over.
        ("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1"),
        ("DOTNET_SYSTEM_NET_SOCKETS_THREAD_COUNT", "1"),

        // A run lasts seconds. Methods that are compiled quickly first, watched, and compiled again compete with the nodes for most of it.
        ("DOTNET_TC_QuickJit", "0"),
        ("DOTNET_TieredPGO", "0"),
    ];

    /// <summary>
    /// Sets what the runtime reads before it opens its first socket, and starts the program anew in the same process for what it reads
    /// at its very beginning. Returns where that is done or can't be done.
    /// </summary>
    public static void Enter()
    {
        bool isEntered = Array.TrueForAll(Settings, static setting => Environment.GetEnvironmentVariable(setting.Name) is not null);
        if (isEntered) return;
        foreach ((string name, string value) in Settings) Environment.SetEnvironmentVariable(name, value);
        if (!OperatingSystem.IsLinux()) return;
        string?[] arguments = [.. Encoding.UTF8.GetString(File.ReadAllBytes("/proc/self/cmdline"))[..^1].Split('\0'), null];
        string?[] environment =
        [
            .. Environment.GetEnvironmentVariables().Cast<DictionaryEntry>().Select(static variable => $"{variable.Key}={variable.Value}"), null,
        ];
        _ = Execute(Environment.ProcessPath!, arguments, environment);
    }

    /// <summary>Comes back only where it failed.</summary>
    [LibraryImport("libc", EntryPoint = "execve", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Execute(string path, string?[] arguments, string?[] environment);
}
