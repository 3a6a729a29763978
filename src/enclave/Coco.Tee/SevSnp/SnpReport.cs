using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Coco.Tee;

/// <summary>An attestation report of SEV-SNP (AMD 56860, ATTESTATION_REPORT), versions 2 to 5. Read, not judged.</summary>
public sealed class SnpReport
{
    public const int Size = 0x4A0;
    public const int SignedSize = 0x2A0;
    public const int SignatureNumberSize = 72;

    private const int MinVersion = 2;
    private const int MaxVersion = 5;

    private readonly byte[] _bytes;

    private SnpReport(byte[] bytes) => _bytes = bytes;

    public uint Version => Word(0);
    public uint GuestSvn => Word(4);
    public ulong Policy => Long(8);
    public ReadOnlySpan<byte> FamilyId => _bytes.AsSpan(0x10, 16);
    public ReadOnlySpan<byte> ImageId => _bytes.AsSpan(0x20, 16);
    public uint Vmpl => Word(0x30);
    public uint SignatureAlgorithm => Word(0x34);
    public ReadOnlySpan<byte> CurrentTcb => _bytes.AsSpan(0x38, SnpTcb.Size);
    public ulong PlatformInfo => Long(0x40);
    public uint Flags => Word(0x48);
    public ReadOnlySpan<byte> ReportData => _bytes.AsSpan(0x50, 64);
    public ReadOnlySpan<byte> Measurement => _bytes.AsSpan(0x90, 48);
    public ReadOnlySpan<byte> HostData => _bytes.AsSpan(0xC0, 32);
    public ReadOnlySpan<byte> IdKeyDigest => _bytes.AsSpan(0xE0, 48);
    public ReadOnlySpan<byte> AuthorKeyDigest => _bytes.AsSpan(0x110, 48);
    public ReadOnlySpan<byte> ReportId => _bytes.AsSpan(0x140, 32);
    public ReadOnlySpan<byte> MigrationAgentReportId => _bytes.AsSpan(0x160, 32);
    public ReadOnlySpan<byte> ReportedTcb => _bytes.AsSpan(0x180, SnpTcb.Size);
    public byte CpuFamily => _bytes[0x188];
    public byte CpuModel => _bytes[0x189];
    public byte CpuStepping => _bytes[0x18A];
    public ReadOnlySpan<byte> ChipId => _bytes.AsSpan(0x1A0, 64);
    public ReadOnlySpan<byte> CommittedTcb => _bytes.AsSpan(0x1E0, SnpTcb.Size);
    public ReadOnlySpan<byte> LaunchTcb => _bytes.AsSpan(0x1F0, SnpTcb.Size);
    public ulong LaunchMitigations => Long(0x1F8);
    public ulong CurrentMitigations => Long(0x200);
    public ReadOnlySpan<byte> Signed => _bytes.AsSpan(0, SignedSize);

    /// <summary>The guest can be read by its host.</summary>
    public bool IsDebug => HasPolicy(19);

    public bool IsMigratable => HasPolicy(18);
    public bool IsSmtAllowedByPolicy => HasPolicy(16);
    public bool IsReservedPolicyBitSet => HasPolicy(17);
    public bool IsAliasCheckDone => (PlatformInfo >> 5 & 1) == 1;
    public bool HasCpuid => Version >= 3;

    /// <summary>Whether it says which mitigations of the firmware were on when the guest was launched and are on now (MIT_VECTOR).</summary>
    public bool HasMitigations => Version >= 5;

    /// <summary>0 VCEK, 1 VLEK, 7 none.</summary>
    public uint SigningKey => Flags >> 2 & 7;

    /// <summary>Version 2 to 5, and exactly the size of a report.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out SnpReport? report)
    {
        report = bytes.Length == Size ? new SnpReport(bytes.ToArray()) : null;
        return report is not null;
    }

    public bool IsVersionKnown => Version is >= MinVersion and <= MaxVersion;

    /// <summary>All bytes that the version leaves unused are zero. Version 5 took over 0x1F8 to 0x207 and others before it.</summary>
    public bool IsReservedZero =>
        !_bytes.AsSpan(0x4C, 4).ContainsAnyExcept((byte)0)
        && !_bytes.AsSpan(HasCpuid ? 0x18B : 0x188, HasCpuid ? 21 : 24).ContainsAnyExcept((byte)0)
        && !_bytes.AsSpan(0x208, SignedSize - 0x208).ContainsAnyExcept((byte)0);

    /// <summary>r||s of 48 bytes each, big endian; false if a byte that the curve does not need is not zero.</summary>
    public bool TryReadSignature(Span<byte> output)
    {
        ReadOnlySpan<byte> field = _bytes.AsSpan(SignedSize);
        ReadOnlySpan<byte> r = field[..SignatureNumberSize];
        ReadOnlySpan<byte> s = field[SignatureNumberSize..(2 * SignatureNumberSize)];
        if (r[48..].ContainsAnyExcept((byte)0) || s[48..].ContainsAnyExcept((byte)0) || field[(2 * SignatureNumberSize)..].ContainsAnyExcept((byte)0)) return false;
        r[..48].CopyTo(output);
        s[..48].CopyTo(output[48..]);
        output[..48].Reverse();
        output[48..96].Reverse();
        return true;
    }

    private bool HasPolicy(int bit) => (Policy >> bit & 1) == 1;

    private uint Word(int offset) => BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(offset));

    private ulong Long(int offset) => BinaryPrimitives.ReadUInt64LittleEndian(_bytes.AsSpan(offset));
}
