namespace Coco.Enclave.Tests.Tee;

/// <summary>Real evidence, where this machine has it.</summary>
internal static class Vectors
{
    /// <summary>Long runs are asked for (<c>./coco test --long</c>).</summary>
    public static bool IsLong => Environment.GetEnvironmentVariable("COCO_LONG") == "1";

    /// <summary>The folder of a set, below dev; null where there is none: then there is nothing to check.</summary>
    public static string? Find(string path)
    {
        string? root = AppContext.BaseDirectory;
        while (root is not null && !File.Exists(Path.Combine(root, "Coco.slnx"))) root = Path.GetDirectoryName(root);
        string vectors = Environment.GetEnvironmentVariable("COCO_VECTORS") ?? Path.Combine(root ?? ".", "..", "shared", "vectors");
        string found = Path.Combine(vectors, "tee", "dev", path);
        return File.Exists(found) || Directory.Exists(found) ? found : null;
    }

    public static byte[]? Read(string path) => Find(path) is { } found ? File.ReadAllBytes(found) : null;
}
