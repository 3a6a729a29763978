using System.Text.Json.Serialization;

namespace Coco.Conformance;

/// <summary>Counts of one fork.</summary>
public sealed class ForkCount
{
    public int Passed { get; set; }
    public int Failed { get; set; }
    public int Skipped { get; set; }
}

public sealed record ConformanceFailure(string Test, string Fork, string Expected, string Actual);

public sealed record ConformanceSkip(string Test, string Reason);

/// <summary>Bytes of a file, both ends included, that may be changed without changing what is accepted.</summary>
public sealed record UnsignedRange(string File, int From, int To);

/// <summary>What a run found; the fields are those of <c>coco conformance --json</c>.</summary>
public sealed class ConformanceResult(string kind)
{
    public string Kind { get; } = kind;
    public int Passed { get; private set; }
    public int Failed { get; private set; }
    public int Skipped { get; private set; }
    public SortedDictionary<string, ForkCount> ByFork { get; } = new(StringComparer.Ordinal);

    /// <summary>By method; only of runs of JSON-RPC.</summary>
    public SortedDictionary<string, ForkCount> Methods { get; } = new(StringComparer.Ordinal);

    public List<ConformanceFailure> Failures { get; } = [];
    public List<ConformanceSkip> Skips { get; } = [];

    /// <summary>Gas that was executed.</summary>
    public ulong Gas { get; set; }

    public double Seconds { get; set; }

    /// <summary>Of the blocks of the mainnet: how long their execution alone took, senders, rewards and receipts included.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? ExecutionSeconds { get; set; }

    /// <summary>Of runs over evidence with bit flips: how many, how many were refused, which bytes nobody signs, and crashes.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Flips { get; set; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Refused { get; set; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<UnsignedRange>? AcceptedUnsigned { get; set; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Crashed { get; set; }

    public void Pass(string fork)
    {
        Passed++;
        Count(fork).Passed++;
    }

    public void Fail(string test, string fork, string expected, string actual)
    {
        Failed++;
        Count(fork).Failed++;
        Failures.Add(new ConformanceFailure(test, fork, expected, actual));
    }

    public void Skip(string test, string fork, string reason)
    {
        Skipped++;
        Count(fork).Skipped++;
        Skips.Add(new ConformanceSkip(test, reason));
    }

    /// <summary>Passes if the texts are equal.</summary>
    public void Compare(string test, string fork, string expected, string actual)
    {
        if (string.Equals(expected, actual, StringComparison.OrdinalIgnoreCase)) Pass(fork);
        else Fail(test, fork, expected, actual);
    }

    private ForkCount Count(string fork)
    {
        if (!ByFork.TryGetValue(fork, out ForkCount? count)) ByFork[fork] = count = new ForkCount();
        return count;
    }
}
