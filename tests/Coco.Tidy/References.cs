using System.Xml.Linq;

namespace Coco.Tidy;

/// <summary>Which project names which, from the project files.</summary>
internal static class References
{
    public static IReadOnlyDictionary<string, string[]> Direct { get; } =
        Repository.Projects.ToDictionary(Repository.NameOf, project => Read(project).Order(StringComparer.Ordinal).ToArray());

    /// <summary>The project and everything that it can reach.</summary>
    public static IReadOnlySet<string> ClosureOf(string project) => Close(project, name => Direct[name]);

    public static HashSet<string> Close(string project, Func<string, IEnumerable<string>> next)
    {
        HashSet<string> found = [];
        Stack<string> open = new([project]);
        while (open.TryPop(out string? name))
            if (found.Add(name)) foreach (string reached in next(name)) open.Push(reached);
        return found;
    }

    private static IEnumerable<string> Read(string project) => XDocument.Parse(Repository.Read(project)).Descendants("ProjectReference")
        .Select(reference => Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')));
}
