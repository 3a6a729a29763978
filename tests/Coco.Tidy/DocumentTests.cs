using System.Text.RegularExpressions;

namespace Coco.Tidy;

/// <summary>What the documents say of the repository is true as far as a machine can tell.</summary>
public sealed partial class DocumentTests
{
    private static readonly string[] Commands =
    [
        "up", "status", "down", "logs", "node", "network", "bench", "conformance", "simulate", "chaos", "check", "fuzz", "test",
        "ledger", "ethereum", "receipt", "evidence",
    ];

    public static TheoryData<string> CommandNames => [.. Commands];

    [Fact]
    public void Links_between_documents_lead_somewhere() => Findings.AreNone(
        from document in Repository.Documents
        from Match link in Link().Matches(WithoutCode(Repository.Read(document)))
        let target = link.Groups[1].Value.Split('#')[0]
        where target.Length > 0 && !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith("mailto:", StringComparison.Ordinal)
        let path = Path.Combine(Repository.Root, Path.GetDirectoryName(document)!, target)
        where !File.Exists(path) && !Directory.Exists(path)
        select $"{document}: {target}");

    [Fact]
    public void A_document_has_one_title() => Findings.AreNone(
        from document in Repository.Documents
        let titles = WithoutCode(Repository.Read(document)).Split('\n').Count(line => line.StartsWith("# ", StringComparison.Ordinal))
        where titles != 1
        select $"{document}: {titles} titles");

    [Theory]
    [MemberData(nameof(CommandNames))]
    public void The_operations_guide_mentions_every_command(string command) =>
        Assert.Matches($@"coco {command}\b", string.Join('\n', Repository.Documents
            .Where(document => document.StartsWith("docs/operations/", StringComparison.Ordinal)).Select(Repository.Read)));

    [Fact]
    public void The_operations_guide_and_the_program_know_the_same_commands()
    {
        IEnumerable<string> sources = Repository.SourceFiles.Where(file => file.StartsWith("src/apps/coco/", StringComparison.Ordinal));
        string text = string.Join('\n', sources.Select(Repository.Read));
        Findings.AreNone(Commands.Where(command => !text.Contains($"\"{command}\"", StringComparison.Ordinal)));
    }

    private static string WithoutCode(string text) => InlineCode().Replace(CodeBlock().Replace(text, ""), "");

    [GeneratedRegex(@"\]\(([^)\s]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("```.*?```", RegexOptions.Singleline)]
    private static partial Regex CodeBlock();

    [GeneratedRegex("`[^`\n]*`")]
    private static partial Regex InlineCode();
}
