namespace Coco.Ledgers.Tests.Conformance;

/// <summary>The published test data (COCO_VECTORS, or shared/vectors beside the repository).</summary>
internal static class Vectors
{
    /// <summary>Everything is asked for, not a sample (<c>./coco test --long</c>, or COCO_LONG=1).</summary>
    public static bool IsLong { get; } = Environment.GetEnvironmentVariable("COCO_LONG") == "1";

    /// <summary>Where an archive of Ethereum's data stands, or would stand.</summary>
    public static string PathOf(string archive) => Path.Combine(Folder(), "ethereum", archive);

    /// <summary>Why a test of these archives cannot run; null if it can.</summary>
    public static string? Missing(string[] archives) =>
        Array.Find(archives, archive => !File.Exists(PathOf(archive))) is { } absent
            ? $"{absent} is not here: set COCO_VECTORS to the folder of the published test data" : null;

    private static string Folder()
    {
        if (Environment.GetEnvironmentVariable("COCO_VECTORS") is { Length: > 0 } given) return given;
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "Coco.slnx"))) folder = folder.Parent;
        return Path.Combine(folder?.FullName ?? ".", "..", "shared", "vectors");
    }
}

/// <summary>A test that needs archives of the published data; without them it is reported as skipped.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class VectorFactAttribute : FactAttribute
{
    public VectorFactAttribute(params string[] archives) => Skip = Vectors.Missing(archives);
}

/// <summary>The same with data.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class VectorTheoryAttribute : TheoryAttribute
{
    public VectorTheoryAttribute(params string[] archives) => Skip = Vectors.Missing(archives);
}

/// <summary>A run over a whole archive that takes minutes: only where long runs are asked for.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class LongVectorFactAttribute : FactAttribute
{
    public LongVectorFactAttribute(params string[] archives) =>
        Skip = Vectors.IsLong ? Vectors.Missing(archives) : "takes minutes: ./coco test --long";
}
