using System.Text.Json;

namespace Coco.Acceptance.Network;

/// <summary>Whatever stands in for evidence or a policy: one sentence, an exit code that says what kind of no it is, and no stack trace.</summary>
public sealed class EvidenceFilesTests : IDisposable
{
    private const int Refused = 1, NotEvidence = 2, NotThere = 3;

    private readonly string _folder = Directory.CreateTempSubdirectory("coco-evidence-").FullName;
    private readonly byte[] _report = File.ReadAllBytes(Path.Combine(Checkout.Root, "tests", "data", "evidence", "snp-turin-v5", "report.bin"));

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("empty", NotEvidence)]
    [InlineData("truncated", NotEvidence)]
    [InlineData("random", NotEvidence)]
    [InlineData("huge", NotEvidence)]
    [InlineData("endless", NotEvidence)]
    [InlineData("half JSON", NotEvidence)]
    [InlineData("JSON of something else", NotEvidence)]
    [InlineData("certificates alone", NotEvidence)]
    [InlineData("twice", NotEvidence)]
    [InlineData("folder", NotThere)]
    [InlineData("missing", NotThere)]
    [InlineData("not readable", NotThere)]
    public async Task Files_that_are_no_evidence(string what, int code)
    {
        if (what is "endless" or "not readable" && !OperatingSystem.IsLinux()) return;
        string[] files = Files(what);
        foreach (string command in (string[])["show", "verify"]) await IsOneSentenceAsync(code, ["evidence", command, .. files]);
    }

    [Theory]
    [InlineData("", NotEvidence)]
    [InlineData("[]", NotEvidence)]
    [InlineData("{\"minTcb\":\"zz\"}", NotEvidence)]
    [InlineData("{\"noSuchRule\":1}", NotEvidence)]
    [InlineData("{\"maxVmpl\":\"0\"}", NotEvidence)]
    [InlineData("{\"acceptStatus\":[\"Fine\"]}", NotEvidence)]
    [InlineData("folder", NotThere)]
    [InlineData("missing", NotThere)]
    public async Task Policies_that_are_none(string policy, int code)
    {
        string file = policy switch { "folder" => _folder, "missing" => Path.Combine(_folder, "missing"), _ => Written("policy.json", System.Text.Encoding.UTF8.GetBytes(policy)) };
        await IsOneSentenceAsync(code, ["evidence", "verify", Written("report.bin", _report), "--policy", file]);
        await IsOneSentenceAsync(code, ["evidence", "fetch", "https://127.0.0.1:1", "--policy", file]);
    }

    [Theory]
    [InlineData("nowhere", NotEvidence)]
    [InlineData("http://127.0.0.1:1", NotEvidence)]
    [InlineData("file:///etc/hostname", NotEvidence)]
    [InlineData("https://127.0.0.1:1", NotThere)]
    public async Task Places_that_give_no_evidence(string url, int code) => await IsOneSentenceAsync(code, ["evidence", "fetch", url]);

    [Fact]
    public async Task A_report_without_its_certificate_is_refused_by_name_and_times_that_are_none_are_said()
    {
        string report = Written("report.bin", _report);
        CommandResult refused = await CommandResult.CocoAsync("evidence", "verify", report, "--json");
        using JsonDocument document = JsonDocument.Parse(refused.Output);
        Assert.Equal((Refused, "collateral"), (refused.ExitCode, document.RootElement.GetProperty("check").GetString()));
        await IsOneSentenceAsync(NotEvidence, ["evidence", "verify", report, "--at", "yesterday"]);
    }

    private string[] Files(string what) => what switch
    {
        "empty" => [Written(what, [])],
        "truncated" => [Written(what, _report[..700])],
        "random" => [Written(what, Noise(1184))],
        "huge" => [Written(what, new byte[300 * 1024])],
        "endless" => ["/dev/zero"],
        "half JSON" => [Written(what, "{\"tcb_info\":"u8.ToArray())],
        "JSON of something else" => [Written(what, "{\"name\":\"alder\"}"u8.ToArray())],
        "certificates alone" => [Path.Combine(Checkout.Root, "src", "enclave", "Coco.Tee", "Roots", "ask_ark_turin.pem")],
        "twice" => [Written("one", _report), Written("two", _report)],
        "folder" => [_folder],
        "missing" => [Path.Combine(_folder, "missing")],
        // Opened by nobody, root included: reading it is an error of the system.
        _ => ["/proc/self/mem"],
    };

    private static byte[] Noise(int size)
    {
        var bytes = new byte[size];
        new Random(7).NextBytes(bytes);
        return bytes;
    }

    private string Written(string name, byte[] content)
    {
        string file = Path.Combine(_folder, name);
        File.WriteAllBytes(file, content);
        return file;
    }

    private static async Task IsOneSentenceAsync(int code, string[] arguments)
    {
        CommandResult result = await CommandResult.CocoAsync(arguments);
        Assert.True(result.ExitCode == code, $"{string.Join(' ', arguments)}: {result.ExitCode}\n{result.Output}{result.Errors}");
        Assert.Equal("", result.Output);
        string sentence = result.Errors.TrimEnd();
        Assert.True(sentence.Length is > 10 and < 400 && !sentence.Contains('\n', StringComparison.Ordinal) && !sentence.Contains("   at ", StringComparison.Ordinal), result.Errors);
    }
}
