using Coco.Client;
using Coco.Conformance;
using Coco.Tee;

namespace Coco.Enclave.Tests.Tee;

/// <summary>Real evidence of hardware, with the verdicts that other verifiers gave.</summary>
public sealed class EvidenceVectorTests
{
    [Fact]
    public void Every_case_gets_the_verdict_that_is_wanted()
    {
        if (Vectors.Find("cases.json") is not { } cases) return;
        ConformanceResult result = ConformanceRun.Run("evidence", cases, new ConformanceOptions())!;
        Assert.True(result.Failed == 0, string.Join('\n', result.Failures.Select(f => $"{f.Test}: expected {f.Expected}, actual {f.Actual}")));
        Assert.Equal(0, result.Skipped);
        Assert.True(result.Passed >= 54, $"{result.Passed} cases");
    }

    [Fact]
    public void Flipped_bits_are_refused_or_change_nothing_that_is_claimed()
    {
        if (Vectors.Find("cases.json") is not { } cases) return;
        EvidenceFlips flips = Vectors.IsLong ? EvidenceFlips.All : new EvidenceFlips(25, Environment.TickCount);
        ConformanceResult result = ConformanceRun.Run("evidence", cases, new ConformanceOptions(Flips: flips))!;
        Assert.True(result.Failed == 0, $"seed {flips.Seed}\n" + string.Join('\n', result.Failures.Take(20).Select(f => $"{f.Test}: expected {f.Expected}, actual {f.Actual}")));
        Assert.Equal(0, result.Crashed);
        Assert.True(result.Refused > 0.9 * result.Flips);
        // A signed report has no free byte; the rest of a quote's buffer, and what no digest covers in a boot log, are free.
        Assert.DoesNotContain(result.AcceptedUnsigned!, range => !range.File.EndsWith("/wbcl", StringComparison.Ordinal) && !range.File.Contains("tdx", StringComparison.Ordinal));
    }

    [Fact]
    public void A_runner_that_meets_an_unknown_rule_skips_the_case_and_says_why()
    {
        if (Vectors.Find("snp/milan-v3/report.bin") is null) return;
        string folder = Directory.CreateTempSubdirectory("coco-cases").FullName;
        try
        {
            string cases = Path.Combine(Directory.CreateDirectory(Path.Combine(folder, "set")).FullName, "cases.json");
            File.WriteAllText(cases, """{"cases":[{"id":"a","kind":"sev-snp","time":"2025-12-01T00:00:00Z","policy":{"moon_phase":1},"expect":"reject","reason":"x"},{"id":"b","kind":"new"}]}""");
            ConformanceResult result = ConformanceRun.Run("evidence", cases, new ConformanceOptions())!;
            Assert.Equal((0, 0, 2), (result.Passed, result.Failed, result.Skipped));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Files_are_recognised_by_their_content_in_any_order()
    {
        string[] names = ["snp/milan-v3/report.bin", "snp/milan-v3/vcek.der", "snp/roots/ask_ark_milan.pem"];
        if (Vectors.Find(names[0]) is null) return;
        byte[][] files = [.. names.Select(name => Vectors.Read(name)!)];
        var at = new DateTimeOffset(2025, 12, 1, 0, 0, 0, TimeSpan.Zero);
        foreach (byte[][] order in (byte[][][])[files, [.. files.Reverse()], [files[0], files[1]]])
        {
            EvidenceReport report = EvidenceReport.Verify(EvidenceFiles.Read(order), EvidencePolicyFile.Default, at);
            Assert.True(report.Holds, $"{report.Check}: {report.Reason}");
            Assert.Equal("Milan", report.Claims["product"]);
        }
        Assert.Equal(EvidenceCheck.Collateral, EvidenceReport.Verify(EvidenceFiles.Read([files[0]]), EvidencePolicyFile.Default, at).Check);
    }

    [Fact]
    public void Evidence_in_the_own_envelope_verifies_the_same()
    {
        if (Vectors.Read("dcap/tdx-v4/quote.bin") is not { } quote) return;
        Evidence evidence = EvidenceFiles.Read([quote, Vectors.Read("dcap/tdx-v4/collateral.json")!]);
        Evidence again = EvidenceFiles.Read([evidence.Encode()]);
        EvidenceReport report = EvidenceReport.Verify(again, EvidencePolicyFile.Default, new DateTimeOffset(2025, 6, 25, 0, 0, 0, TimeSpan.Zero));
        Assert.True(report.Holds, $"{report.Check}: {report.Reason}");
        Assert.Equal(("tdx", "UpToDate", "2025-07-19 10:00:35Z"), (report.Platform, (string)report.Claims["tcbStatus"], (string)report.Claims["holdsUntil"]));
    }

    [Fact]
    public void A_policy_file_with_an_unknown_field_is_refused()
    {
        Assert.Throws<InvalidDataException>(() => EvidencePolicyFile.Read("""{"minTbc":"00"}"""u8.ToArray()));
        TeePolicy policy = EvidencePolicyFile.Read("""{"min_tcb":"0400000000001 8db","allowVlek":true}""".Replace(" ", "", StringComparison.Ordinal).Select(c => (byte)c).ToArray());
        Assert.True(policy.SevSnp.IsVlekAllowed);
        Assert.Equal(8, policy.SevSnp.MinimumTcb[0].Tcb.Length);
    }
}
