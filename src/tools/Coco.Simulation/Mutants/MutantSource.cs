using System.Xml.Linq;

namespace Coco.Simulation.Mutants;

/// <summary>The source of a checkout, and the same source with all mutations woven in, each behind its switch.</summary>
/// <param name="root">The checkout's top folder.</param>
public sealed class MutantSource(string root)
{
    /// <summary>Runs seeds in the build that can be broken.</summary>
    public const string Program = "Coco.Mutants";

    /// <summary>The environment variable that names the rule to break.</summary>
    public const string Variable = "COCO_MUTATION";

    private const string Texts = "tests/mutations";
    private const string SwitchFile = "src/core/Coco.Primitives/Mutant.cs";

    private static readonly string[] BuildFiles = ["Directory.Build.props", "Directory.Packages.props", "global.json", "NuGet.config", "src/core/BannedSymbols.txt"];

    public string Root => root;

    /// <summary>The checkout around this folder; null: there is none.</summary>
    public static MutantSource? Find(string folder)
    {
        for (DirectoryInfo? at = new(folder); at is not null; at = at.Parent)
            if (Directory.Exists(Path.Combine(at.FullName, Texts)) && File.Exists(Path.Combine(at.FullName, BuildFiles[0])))
                return new MutantSource(at.FullName);
        return null;
    }

    /// <summary>All mutations, by name.</summary>
    /// <exception cref="InvalidDataException">A text is not in the form that its README describes.</exception>
    public IReadOnlyList<Mutation> Mutations()
    {
        var all = new List<Mutation>();
        foreach (string file in Directory.EnumerateFiles(Path.Combine(root, Texts), "*.txt").Order(StringComparer.Ordinal))
        {
            string name = Path.GetFileNameWithoutExtension(file);
            if (!Mutation.TryParse(name, File.ReadAllText(file), out Mutation? mutation, out string problem))
                throw new InvalidDataException($"the mutation {name} can't be read: {problem}");
            all.Add(mutation);
        }
        return all;
    }

    /// <summary>Every file of the build that can be broken: its path in the checkout, and its text.</summary>
    /// <exception cref="InvalidDataException">A text to be replaced does not stand where it should, exactly once.</exception>
    public SortedDictionary<string, string> Weave()
    {
        var files = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (string file in BuildFiles.Where(file => File.Exists(Path.Combine(root, file)))) files[file] = Read(file);
        foreach (string folder in ProjectFolders($"tests/{Program}/{Program}.csproj"))
            foreach (string path in Directory.EnumerateFiles(Path.Combine(root, folder), "*", SearchOption.AllDirectories))
            {
                string file = Path.GetRelativePath(root, path).Replace('\\', '/');
                if (IsText(file)) files[file] = Read(file);
            }
        foreach (Mutation mutation in Mutations())
            foreach (Replacement replacement in mutation.Replacements) Weave(files, mutation.Name, replacement);
        files[SwitchFile] = $$"""
            namespace Coco.Primitives;

            public static class Mutant
            {
                private static readonly string Broken = System.Environment.GetEnvironmentVariable("{{Variable}}") ?? "";

                public static bool Is(string name) => name == Broken;
            }
            """;
        return files;
    }

    private static void Weave(SortedDictionary<string, string> files, string name, Replacement replacement)
    {
        if (!files.TryGetValue(replacement.File, out string? text))
            throw new InvalidDataException($"{name} is about {replacement.File}, which is not in the build");
        int first = text.IndexOf(replacement.Old, StringComparison.Ordinal);
        if (first < 0) throw new InvalidDataException($"{name}: {replacement.File} does not hold \"{replacement.Old}\", or another mutation has replaced it");
        if (text.IndexOf(replacement.Old, first + 1, StringComparison.Ordinal) >= 0)
            throw new InvalidDataException($"{name}: {replacement.File} holds \"{replacement.Old}\" more than once");
        string broken = replacement.New.Replace(Mutation.Switch, $"Coco.Primitives.Mutant.Is(\"{name}\")", StringComparison.Ordinal);
        files[replacement.File] = text.Replace(replacement.Old, broken, StringComparison.Ordinal);
    }

    /// <summary>What the build needs is text; anything else in a project's folder is data for others.</summary>
    private static bool IsText(string file) => Path.GetExtension(file) is ".cs" or ".csproj" or ".json" or ".txt";

    /// <summary>The folders of a project and of all that it needs.</summary>
    private SortedSet<string> ProjectFolders(string project)
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        var open = new Stack<string>([project]);
        while (open.TryPop(out string? next))
        {
            string folder = Path.GetDirectoryName(next)!.Replace('\\', '/');
            if (!found.Add(folder)) continue;
            foreach (XElement reference in XDocument.Parse(Read(next)).Descendants("ProjectReference"))
            {
                string path = Path.GetFullPath(Path.Combine(root, folder, reference.Attribute("Include")!.Value));
                open.Push(Path.GetRelativePath(root, path).Replace('\\', '/'));
            }
        }
        return found;
    }

    private string Read(string file) => File.ReadAllText(Path.Combine(root, file)).ReplaceLineEndings("\n");
}
