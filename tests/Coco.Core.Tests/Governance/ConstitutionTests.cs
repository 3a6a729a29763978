using System.Text;
using Coco.Governance;

namespace Coco.Core.Tests.Governance;

public sealed class ConstitutionTests
{
    private static readonly Constitution Three = TestNetwork.NewConstitution("contoso", "fabrikam", "tailspin-384");

    [Fact]
    public void Reading_what_was_written_gives_the_same_canonical_bytes_in_either_layout()
    {
        foreach (byte[] written in new[] { Three.ToCanonicalBytes(), Three.ToReadableBytes() })
        {
            Constitution? read = Constitution.Parse(written, out IReadOnlyList<DocumentError> errors);
            Assert.Empty(errors);
            Assert.Equal(Three.ToCanonicalBytes(), read!.ToCanonicalBytes());
            Assert.Equal(Three.ComputeDigest(), read.ComputeDigest());
        }
    }

    [Fact]
    public void Ledger_settings_keep_every_character_but_white_space()
    {
        const string Settings = """{ "z": 58750000000000000000000, "a" : "two  words \" \\", "e": 1.50E+2 }""";
        string document = TestNetwork.Text(Three.ToCanonicalBytes()).Replace("\"settings\":{}", "\"settings\":" + Settings);
        Constitution? read = Parse(document, out _);
        Assert.Equal("""{"z":58750000000000000000000,"a":"two  words \" \\","e":1.50E+2}""", TestNetwork.Text(read!.Ledger.Settings));
        Assert.Equal(read.ToCanonicalBytes(), Parse(TestNetwork.Text(read.ToReadableBytes()), out _)!.ToCanonicalBytes());
    }

    [Theory]
    [InlineData("\"network\":\"test\"", "\"network\":\"te st\"", "$.network")]
    [InlineData("\"network\":\"test\",", "", "$.network")]
    [InlineData("\"network\":\"test\"", "\"network\":\"test\",\"colour\":1", "$.colour")]
    [InlineData("\"maxTransactions\":10000", "\"maxTransactions\":0", "$.batchLimits.maxTransactions")]
    [InlineData("\"maxTransactions\":10000", "\"maxTransactions\":1e4000", "$.batchLimits.maxTransactions")]
    [InlineData("\"owner\":\"fabrikam\"", "\"owner\":\"nobody\"", "$.nodes[1].owner")]
    [InlineData("\"address\":\"fabrikam-1.example:7010\"", "\"address\":\"fabrikam-1.example\"", "$.nodes[1].address")]
    [InlineData("\"default\":{\"majority\":{}}", "\"default\":{\"atLeast\":{\"count\":4}}", "$.votingPolicy.default")]
    [InlineData("\"default\":{\"majority\":{}}", "\"default\":{\"oracle\":{}}", "$.votingPolicy.default.oracle")]
    [InlineData("\"actions\":{}", "\"actions\":{\"fly\":{\"majority\":{}}}", "$.votingPolicy.actions.fly")]
    [InlineData("\"name\":\"fabrikam\"", "\"name\":\"contoso\"", "$.members[1].name")]
    [InlineData("-----BEGIN CERTIFICATE-----\\nM", "-----BEGIN CERTIFICATE-----\\nA", "$.members[0].certificate")]
    [InlineData("\"platforms\":[\"software\"]", "\"platforms\":[]", "$.teeManifest.platforms")]
    [InlineData("\"heartbeatMs\":100", "\"heartbeatMs\":900", "$.consensus.heartbeatMs")]
    [InlineData("\"settings\":{}", "\"settings\":[]", "$.ledger.settings")]
    [InlineData("coco-constitution-1", "coco-constitution-2", "$.format")]
    public void A_wrong_part_is_named_by_its_path(string right, string wrong, string path)
    {
        string document = TestNetwork.Text(Three.ToCanonicalBytes());
        int place = document.IndexOf(right, StringComparison.Ordinal);
        Assert.True(place >= 0, $"the document has no {right}");
        string broken = document[..place] + wrong + document[(place + right.Length)..];
        Assert.Null(Parse(broken, out IReadOnlyList<DocumentError> errors));
        Assert.Contains(path, errors.Select(error => error.Path));
        Assert.All(errors, error => Assert.NotEmpty(error.Remedy));
    }

    [Fact]
    public void All_errors_are_told_at_once()
    {
        string document = TestNetwork.Text(Three.ToCanonicalBytes())
            .Replace("\"holdMs\":2000", "\"holdMs\":-1").Replace("\"allowed\":true", "\"allowed\":1");
        Assert.Null(Parse(document, out IReadOnlyList<DocumentError> errors));
        Assert.Equal(["$.sealing.allowed", "$.submission.holdMs"], errors.Select(error => error.Path).Order());
    }

    [Fact]
    public void A_field_written_twice_is_refused()
    {
        string document = TestNetwork.Text(Three.ToCanonicalBytes());
        Assert.Null(Parse("{\"network\":\"other\"," + document[1..], out IReadOnlyList<DocumentError> errors));
        Assert.Contains("not JSON", Assert.Single(errors).Problem);
    }

    [Fact]
    public void Sections_with_usual_values_may_be_left_out()
    {
        string document = TestNetwork.Text(Three.ToCanonicalBytes())
            .Replace("\"batchLimits\":{\"maxTransactions\":10000,\"maxBytes\":1048576},", "")
            .Replace("\"consensus\":{\"plugin\":\"raft\",\"electionTimeoutMs\":1000,\"heartbeatMs\":100},", "")
            .Replace("\"sealing\":{\"allowed\":true},\"rejoin\":{\"automatic\":true},\"submission\":{\"holdMs\":2000},", "")
            .Replace("\"participants\":[],", "");
        Assert.DoesNotContain("raft", document);
        Assert.Equal(Three.ComputeDigest(), Parse(document, out _)!.ComputeDigest());
    }

    [Fact]
    public void Damaged_documents_are_refused_and_never_crash()
    {
        var random = new Random(4711);
        byte[] document = Three.ToCanonicalBytes();
        for (int i = 0; i < 2000; i++)
        {
            byte[] damaged = (byte[])document.Clone();
            for (int flips = random.Next(1, 4); flips > 0; flips--) damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            Constitution? read = Constitution.Parse(damaged, out IReadOnlyList<DocumentError> errors);
            Assert.Equal(read is null, errors.Count > 0);
            if (read is null) continue;
            Assert.Equal(read.ToCanonicalBytes(), Constitution.Parse(read.ToCanonicalBytes(), out _)!.ToCanonicalBytes());
        }
    }

    [Fact]
    public void The_example_in_the_documentation_is_a_constitution()
    {
        string page = File.ReadAllText(Path.Combine(Repository(), "docs", "formats", "constitution.md"));
        int begin = page.IndexOf("```json\n", StringComparison.Ordinal) + 8;
        string example = page[begin..page.IndexOf("```", begin, StringComparison.Ordinal)];
        Constitution? read = Parse(example, out IReadOnlyList<DocumentError> errors);
        Assert.Empty(errors);
        Assert.Equal("consortium", read!.Network);
    }

    private static Constitution? Parse(string document, out IReadOnlyList<DocumentError> errors) =>
        Constitution.Parse(Encoding.UTF8.GetBytes(document), out errors);

    private static string Repository()
    {
        string folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Coco.slnx"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
