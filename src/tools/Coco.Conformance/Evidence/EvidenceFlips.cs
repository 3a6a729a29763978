using System.Collections.Concurrent;
using Coco.Client;

namespace Coco.Conformance;

/// <summary>How many bits to flip: of each file at random, or (null) every bit of reports and quotes and 2,000 of each other file.</summary>
public sealed record EvidenceFlips(int? PerFile, int Seed = 1)
{
    private const int OfOtherFiles = 2000;
    private static readonly string[] Whole = ["report", "quote", "evidence"];

    public static EvidenceFlips All { get; } = new((int?)null);

    /// <summary>The bits to flip in a file, each once.</summary>
    public IEnumerable<int> BitsOf(string role, int size)
    {
        int bits = size * 8;
        if (PerFile is null && Whole.Contains(role)) return Enumerable.Range(0, bits);
        int count = Math.Min(PerFile ?? OfOtherFiles, bits);
        var random = new Random(Seed);
        var chosen = new HashSet<int>();
        while (chosen.Count < count) chosen.Add(random.Next(bits));
        return chosen.Order();
    }
}

/// <summary>Flips bits of an accepted case one at a time. Whatever is then still accepted must still say the same.</summary>
internal sealed class EvidenceFlipRun(EvidenceFlips flips)
{
    private readonly ConcurrentDictionary<(string File, int Byte), bool> _unsigned = new();
    private long _refused;
    private long _crashed;
    private long _total;

    public void Run(EvidenceCase @case, EvidenceTrial trial, ConformanceResult result)
    {
        EvidenceReport before = trial.Verify();
        foreach (string role in trial.EvidenceRoles)
        {
            byte[] bytes = @case.Files[role];
            Parallel.ForEach(flips.BitsOf(role, bytes.Length), bit => Flip($"{@case.Id}/{role}", role, bytes, bit, trial, before, result));
        }
    }

    public void Report(ConformanceResult result)
    {
        result.Flips = _total;
        result.Refused = _refused;
        result.Crashed = _crashed;
        result.AcceptedUnsigned = [.. Ranges()];
    }

    private void Flip(string file, string role, byte[] bytes, int bit, EvidenceTrial trial, EvidenceReport before, ConformanceResult result)
    {
        byte[] changed = [.. bytes];
        changed[bit / 8] ^= (byte)(1 << (bit % 8));
        Interlocked.Increment(ref _total);
        EvidenceReport? after = Verify(trial, role, changed, out string problem);
        if (after is null)
        {
            Interlocked.Increment(ref _crashed);
            Fail(result, file, bit, "a refusal", problem);
        }
        else if (after.Holds != true) Interlocked.Increment(ref _refused);
        else if (after.Claims.SequenceEqual(before.Claims)) _unsigned[(file, bit / 8)] = true;
        else Fail(result, file, bit, "a refusal, or the same claims", "accepted with other claims");
    }

    private static EvidenceReport? Verify(EvidenceTrial trial, string role, byte[] changed, out string problem)
    {
        problem = "";
        try
        {
            return trial.Verify(role, changed);
        }
#pragma warning disable CA1031 // Whatever is thrown is the finding.
        catch (Exception crash)
#pragma warning restore CA1031
        {
            problem = $"{crash.GetType().Name}: {crash.Message}";
            return null;
        }
    }

    private static void Fail(ConformanceResult result, string file, int bit, string expected, string actual)
    {
        lock (result) result.Fail($"{file}, bit {bit % 8} of byte {bit / 8}", "flip", expected, actual);
    }

    private IEnumerable<UnsignedRange> Ranges()
    {
        foreach (IGrouping<string, int> file in _unsigned.Keys.GroupBy(place => place.File, place => place.Byte).OrderBy(group => group.Key, StringComparer.Ordinal))
        {
            int? from = null;
            int last = 0;
            foreach (int place in file.Order())
            {
                if (from is { } start && place != last + 1)
                {
                    yield return new UnsignedRange(file.Key, start, last);
                    from = null;
                }
                from ??= place;
                last = place;
            }
            if (from is { } open) yield return new UnsignedRange(file.Key, open, last);
        }
    }
}
