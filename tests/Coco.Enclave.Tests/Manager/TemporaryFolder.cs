namespace Coco.Enclave.Tests.Manager;

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("coco-test-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public void Dispose() => Remove(Path);

    /// <summary>Also where a thread that is about to end still makes something in it: evidence that was asked for, for one.</summary>
    public static void Remove(string folder)
    {
        for (long start = Environment.TickCount64; ; Thread.Yield())
        {
            try
            {
                Directory.Delete(folder, recursive: true);
                return;
            }
            catch (IOException) when (Environment.TickCount64 - start < 10_000)
            {
                // Not empty, or not there any more in part: once more.
            }
        }
    }
}
