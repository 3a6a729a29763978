using System.Diagnostics;
using System.Globalization;
using Coco.Client;

namespace Coco.Enclave.Tests.Tee.Fuzzing;

/// <summary>
/// No reader of untrusted bytes crashes, hangs or allocates without bound. Each runs for a moment; with
/// COCO_FUZZ_SECONDS=600 for that many seconds each. A failure prints its seed (COCO_FUZZ_SEED=N), and the file that holds its
/// input: COCO_FUZZ_INPUT=FILE reads that alone.
/// </summary>
public sealed class EvidenceFuzzTests(Xunit.Abstractions.ITestOutputHelper output)
{
    private const long MaxAllocation = 64L << 20;

    /// <summary>The same in every test run; COCO_FUZZ_SEED gives others.</summary>
    private const int FixedSeed = 1;

    private static readonly TimeSpan Length = TimeSpan.FromSeconds(
        double.TryParse(Environment.GetEnvironmentVariable("COCO_FUZZ_SECONDS"), CultureInfo.InvariantCulture, out double seconds) ? seconds : 0.2);

    private static readonly TimeSpan TooSlow = TimeSpan.FromSeconds(5);

    public static TheoryData<string> Readers => [.. FuzzedReaders.Names];

    [Theory]
    [MemberData(nameof(Readers))]
    public void A_reader_takes_whatever_comes(string name)
    {
        using var readers = new FuzzedReaders();
        if (Environment.GetEnvironmentVariable("COCO_FUZZ_INPUT") is { } file)
        {
            Try(readers, name, File.ReadAllBytes(file), $"{name}, {file}");
            return;
        }
        int seed = int.TryParse(Environment.GetEnvironmentVariable("COCO_FUZZ_SEED"), CultureInfo.InvariantCulture, out int given) ? given : FixedSeed;
        var random = new Random(seed);
        var corpus = new Corpus(readers.Seeds(name, random), random);
        long start = Stopwatch.GetTimestamp();
        long memory = Environment.WorkingSet;
        int rounds = 0;
        (TimeSpan Time, long Bytes) most = default;
        while (Stopwatch.GetElapsedTime(start) < Length)
        {
            byte[] input = corpus.Next();
            string which = $"{name}, seed {seed}, round {rounds}";
            (TimeSpan took, long bytes, string outcome) = Try(readers, name, input, which);
            // The process may have been stopped meanwhile: what is slow is slow again.
            if (took > TooSlow) (took, bytes, outcome) = Try(readers, name, input, which);
            if (took > TooSlow) Fail($"{which}: slow", input);
            if (bytes > MaxAllocation) Fail($"{which}: much memory", input);
            corpus.Learn(input, outcome, bytes);
            most = (took > most.Time ? took : most.Time, Math.Max(bytes, most.Bytes));
            rounds++;
        }
        Assert.True(rounds > 0);
        output.WriteLine($"{name}, seed {seed}: {rounds} inputs in {Stopwatch.GetElapsedTime(start).TotalSeconds:F0} s, {corpus.Outcomes} kinds of outcome, at most {most.Time.TotalMilliseconds:F0} ms and {most.Bytes} bytes for one, working set {(Environment.WorkingSet - memory) >> 20:+0;-0;0} MB");
    }

    [Fact]
    public void Every_reader_has_a_valid_input_to_start_from_or_its_vectors_are_not_here()
    {
        if (Vectors.Find("snp/milan-v3/report.bin") is null) return;
        using var readers = new FuzzedReaders();
        foreach (string name in FuzzedReaders.Names) Assert.True(readers.Seeds(name, new Random(1)).Length > 1, $"{name} starts from noise alone");
    }

    private static (TimeSpan Took, long Bytes, string Outcome) Try(FuzzedReaders readers, string name, byte[] input, string which)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        long began = Stopwatch.GetTimestamp();
        string outcome = "";
        try
        {
            outcome = readers.Read(name, input);
        }
        catch (Exception expected) when (expected is UnknownEvidenceException or InvalidDataException)
        {
            // A refusal in one sentence, which is what these two readers promise.
            outcome = expected.Message;
        }
#pragma warning disable CA1031 // Whatever is thrown is the finding.
        catch (Exception crash)
#pragma warning restore CA1031
        {
            Fail($"{which}: {crash}", input);
        }
        return (Stopwatch.GetElapsedTime(began), GC.GetAllocatedBytesForCurrentThread() - before, outcome);
    }

    private static void Fail(string what, byte[] input)
    {
        string file = Path.Combine(Path.GetTempPath(), $"coco-fuzz-{Guid.NewGuid():N}.bin");
        File.WriteAllBytes(file, input);
        Assert.Fail($"{what}; its input is in {file}");
    }
}
