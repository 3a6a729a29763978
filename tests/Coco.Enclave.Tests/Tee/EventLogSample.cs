using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace Coco.Enclave.Tests.Tee;

/// <summary>An event log of tests/data/evidence/event-logs, made into the bytes that firmware keeps, and what it leads to.</summary>
internal sealed class EventLogSample
{
    private readonly List<byte> _bytes;
    private readonly ushort _algorithm;

    private EventLogSample(ushort algorithm, ushort size)
    {
        _algorithm = algorithm;
        byte[] header = [.. "Spec ID Event03\0"u8, .. new byte[4], 0, 2, 0, 2, .. Word(1), .. Half(algorithm), .. Half(size), 0];
        _bytes = [.. Word(0), .. Word(3), .. new byte[20], .. Word((uint)header.Length), .. header];
    }

    public byte[] Bytes => [.. _bytes];

    /// <summary>By register, as whoever published the log says.</summary>
    public SortedDictionary<int, string> Expected { get; } = [];

    /// <summary>Programs and PCRs in SHA-256 and SHA-384, where the file has both.</summary>
    public Dictionary<string, (string Sha256, string Sha384)> Named { get; } = [];

    /// <summary>A machine that was booted for this, with a unified kernel image.</summary>
    public static EventLogSample Booted(string name) => Load($"tpm-uki-{name}.txt", 11, 32, 0);

    public static EventLogSample Tdx => Load("tdx-dstack.txt", 12, 48, 1);

    public static EventLogSample Tpm => Load("tpm-fedora37.txt", 11, 32, 0);

    public static EventLogSample Empty(bool isTdx) => isTdx ? new(12, 48) : new(11, 32);

    public EventLogSample Add(int pcr, uint type, byte[] digest, byte[] data)
    {
        _bytes.AddRange((byte[])[.. Word((uint)pcr), .. Word(type), .. Word(1), .. Half(_algorithm), .. digest, .. Word((uint)data.Length), .. data]);
        return this;
    }

    private static EventLogSample Load(string name, ushort algorithm, ushort size, int first)
    {
        var sample = new EventLogSample(algorithm, size);
        foreach (string line in Encoding.ASCII.GetString(RealEvidenceTests.Sample("event-logs/" + name)).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = line.Split(' ');
            if (parts[0] == "=") sample.Expected[int.Parse(parts[1], CultureInfo.InvariantCulture)] = parts[2];
            else if (parts[0] == "!") sample.Named[parts[1]] = (parts[2], parts[3]);
            else if (parts[0] != "#")
                sample.Add(first + int.Parse(parts[0], CultureInfo.InvariantCulture), uint.Parse(parts[1], NumberStyles.HexNumber, CultureInfo.InvariantCulture), Convert.FromHexString(parts[2]), parts[3] == "-" ? [] : Convert.FromHexString(parts[3]));
        }
        return sample;
    }

    private static byte[] Word(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }

    private static byte[] Half(ushort value) => Word(value)[..2];
}
