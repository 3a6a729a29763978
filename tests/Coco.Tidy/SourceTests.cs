using System.Text.RegularExpressions;

namespace Coco.Tidy;

/// <summary>The house style that a compiler does not check.</summary>
public sealed partial class SourceTests
{
    private const int LongestFile = 600;
    private const int LongestFunction = 70;

    /// <summary>Built from parts, so that this file does not find itself.</summary>
    private static readonly string[] UnfinishedMarks = ["TO" + "DO", "FIX" + "ME", "HA" + "CK:", "NotImplemented" + "Exception"];

    /// <summary>Second words for what the glossary names: view (term), seqno (index), primary (leader), backup (follower).</summary>
    private static readonly string[] BannedWords = ["Seqno", "SeqNo", "ViewNumber", "ViewChange", "PrimaryNode", "BackupNode", "IsPrimary", "IsBackup"];

    [Fact]
    public void No_source_file_is_too_long()
    {
        HashSet<string> exempt = Exemptions();
        Findings.AreNone(Product.Where(file => !exempt.Contains(file)).Select(file => (file, Lines: Repository.Lines(file).Length))
            .Where(found => found.Lines > LongestFile).Select(found => $"{found.file}: {found.Lines} lines, at most {LongestFile}"));
    }

    [Fact]
    public void No_function_is_too_long()
    {
        HashSet<string> exempt = Exemptions();
        Findings.AreNone(Product.SelectMany(file => LongFunctions(Repository.Lines(file)).Select(found => $"{file} {found}"))
            .Where(found => !exempt.Contains(found.Split(" (")[0])));
    }

    [Fact]
    public void An_exemption_is_still_needed()
    {
        IEnumerable<string> files = Exemptions().Select(exemption => exemption.Split(' ')[0]);
        Findings.AreNone(files.Where(file => !File.Exists(Path.Combine(Repository.Root, file))));
    }

    [Fact]
    public void A_long_function_is_found()
    {
        string[] text = ["class A", "{", "    void Long(int x)", "    {", .. Enumerable.Repeat("        x++;", 80), "    }", "}"];
        Assert.Equal(["Long (82 lines)"], LongFunctions(text));
    }

    [Fact]
    public void Nothing_is_left_unfinished() => Findings.AreNone(
        from file in Repository.SourceFiles
        from line in Repository.Lines(file)
        where UnfinishedMarks.Any(mark => line.Contains(mark, StringComparison.Ordinal))
        select $"{file}: {line.Trim()}");

    [Fact]
    public void Identifiers_use_the_words_of_the_glossary() => Findings.AreNone(
        from file in Product
        from word in BannedWords
        where Repository.Read(file).Contains(word, StringComparison.Ordinal)
        select $"{file}: {word} (see docs/glossary.md)");

    private static IEnumerable<string> Product => Repository.SourceFiles.Where(file => file.StartsWith("src/", StringComparison.Ordinal));

    /// <summary>Lines of tests/data/tidy/size-exemptions.txt: FILE for a long file, FILE FUNCTION for a long function, then # and the reason.</summary>
    private static HashSet<string> Exemptions() => [.. Repository.Lines("tests/data/tidy/size-exemptions.txt")
        .Select(line => string.Join(" ", line.Split('#')[0].Split(" ", StringSplitOptions.RemoveEmptyEntries))).Where(line => line.Length > 0)];

    /// <summary>The formatter puts braces of a body alone on their lines, at the depth of the declaration.</summary>
    private static IEnumerable<string> LongFunctions(string[] lines)
    {
        for (int i = 1; i < lines.Length; i++)
        {
            if (lines[i].Trim() != "{") continue;
            string name = DeclaredName(lines, i);
            string close = lines[i].Replace('{', '}');
            int end = Array.FindIndex(lines, i, line => line.StartsWith(close, StringComparison.Ordinal));
            if (name.Length > 0 && end - i + 1 > LongestFunction) yield return $"{name} ({end - i + 1} lines)";
        }
    }

    /// <summary>The name before the parameters of the declaration that ends above <paramref name="brace"/>; empty for types and statements.</summary>
    private static string DeclaredName(string[] lines, int brace)
    {
        int depth = lines[brace].IndexOf('{');
        int start = brace - 1;
        while (start > 0 && lines[start].TakeWhile(letter => letter == ' ').Count() > depth) start--;
        string declaration = lines[start];
        if (TypeDeclaration().IsMatch(declaration) || Statement().IsMatch(declaration)) return "";
        return FunctionName().Match(declaration) is { Success: true } match ? match.Groups[1].Value : "";
    }

    [GeneratedRegex(@"\b(class|struct|record|interface|enum|namespace)\b")]
    private static partial Regex TypeDeclaration();

    [GeneratedRegex(@"^\s*(if|else|for|foreach|while|do|switch|using|lock|fixed|try|catch|finally|unsafe|checked|unchecked|return|case)\b")]
    private static partial Regex Statement();

    [GeneratedRegex(@"(\w+)(<[^>]*>)?\(")]
    private static partial Regex FunctionName();
}
