using System.Diagnostics.CodeAnalysis;

namespace Coco.Simulation.Mutants;

/// <summary>One place in the source where a rule is broken: the text that stands there once, and what stands there instead.</summary>
/// <param name="File">Its path in the repository.</param>
/// <param name="New">Holds <see cref="Mutation.Switch"/>, so that with the switch off it means the same as the old text.</param>
public sealed record Replacement(string File, string Old, string New);

/// <summary>
/// A rule that can be broken on purpose, to show that the checks would find such a fault in the product. It exists as a text
/// (tests/mutations/README.md) and never in the product's source.
/// </summary>
/// <param name="Profile">In which it shows soonest.</param>
public sealed record Mutation(string Name, string Description, string Profile, IReadOnlyList<Replacement> Replacements)
{
    /// <summary>Stands in the new text for "this rule is the broken one".</summary>
    public const string Switch = "BROKEN";

    private const string ProfileField = "profile:";
    private const string FileField = "file:";
    private const string OldField = "replace:";
    private const string NewField = "with:";

    /// <summary>Reads the form of tests/mutations/README.md; false, and what is wrong, for any other text.</summary>
    public static bool TryParse(string name, string text, [NotNullWhen(true)] out Mutation? mutation, out string problem)
    {
        mutation = null;
        string[] lines = text.ReplaceLineEndings("\n").Split('\n');
        int at = Array.FindIndex(lines, line => line.StartsWith(ProfileField, StringComparison.Ordinal));
        problem = "it has no profile";
        if (at < 1) return false;
        string profile = lines[at][ProfileField.Length..].Trim();
        string description = string.Join(' ', lines.Take(at).Select(line => line.Trim()).Where(line => line.Length > 0));
        var replacements = new List<Replacement>();
        for (at++; at < lines.Length;)
        {
            if (lines[at].Trim().Length == 0) at++;
            else if (TryReadReplacement(lines, ref at, out Replacement? replacement, out problem)) replacements.Add(replacement);
            else return false;
        }
        problem = replacements.Count == 0 ? "it replaces nothing" : "";
        if (replacements.Count > 0) mutation = new Mutation(name, description, profile, replacements);
        return mutation is not null;
    }

    private static bool TryReadReplacement(
        string[] lines, ref int at, [NotNullWhen(true)] out Replacement? replacement, out string problem)
    {
        replacement = null;
        problem = $"line {at + 1} does not begin a replacement";
        if (!lines[at].StartsWith(FileField, StringComparison.Ordinal) || at + 1 >= lines.Length || lines[at + 1].Trim() != OldField) return false;
        string file = lines[at][FileField.Length..].Trim();
        int with = Array.FindIndex(lines, at, line => line.Trim() == NewField);
        problem = $"the replacement in line {at + 1} says nothing to put there";
        if (with < 0) return false;
        int end = Array.FindIndex(lines, with, line => line.StartsWith(FileField, StringComparison.Ordinal));
        if (end < 0) end = lines.Length;
        string before = string.Join('\n', lines[(at + 2)..with]).Trim(), after = string.Join('\n', lines[(with + 1)..end]).Trim();
        at = end;
        problem = $"the new text for {file} does not hold {Switch}";
        if (before.Length == 0 || !after.Contains(Switch, StringComparison.Ordinal)) return false;
        replacement = new Replacement(file, before, after);
        return true;
    }
}
