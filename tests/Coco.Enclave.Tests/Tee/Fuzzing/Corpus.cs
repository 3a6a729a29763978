using System.Numerics;

namespace Coco.Enclave.Tests.Tee.Fuzzing;

/// <summary>
/// Inputs to start from: valid ones, and every mutation that led a reader somewhere new. Where it got is what it answered, without
/// numbers, and about how much it allocated on the way: a reader that goes further allocates more.
/// </summary>
internal sealed class Corpus(byte[][] seeds, Random random)
{
    private const int MaxKept = 400;

    /// <summary>A reader that repeats what it was given has no end of answers.</summary>
    private const int MaxSeen = 4000;

    private readonly List<byte[]> _inputs = [.. seeds];
    private readonly HashSet<(string Outcome, int Size)> _seen = [];

    public int Outcomes => _seen.Count;

    public byte[] Next() => Mutation.Apply(Any(), Any(), random);

    public void Learn(byte[] input, string outcome, long allocated)
    {
        if (_seen.Count == MaxSeen || !_seen.Add((new string([.. outcome.Where(letter => !char.IsAsciiHexDigit(letter))]), Class(allocated)))) return;
        if (_inputs.Count < seeds.Length + MaxKept) _inputs.Add(input);
        else _inputs[seeds.Length + random.Next(MaxKept)] = input;
    }

    /// <summary>Half of the time a seed.</summary>
    private byte[] Any() => _inputs[random.Next(random.Next(2) == 0 ? seeds.Length : _inputs.Count)];

    /// <summary>Four classes for each power of two.</summary>
    private static int Class(long allocated) => allocated < 4 ? 0 : (BitOperations.Log2((ulong)allocated) * 4) + (int)((ulong)allocated >> (BitOperations.Log2((ulong)allocated) - 2) & 3);
}
