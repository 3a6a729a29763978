using System.Security.Cryptography;
using Coco.Tee;

namespace Coco.Client;

/// <summary>One event that went into a register.</summary>
/// <param name="Register">A PCR, or the number of a run-time register: 0 is RTMR0.</param>
/// <param name="Type">As the TCG names it; in hex where it does not.</param>
/// <param name="Text">What the log says that it is, where that can be shown; only where <paramref name="IsOfData"/> does the digest prove it.</param>
public sealed record MeasuredEvent(int Register, string Type, ReadOnlyMemory<byte> Digest, string? Text, bool IsOfData);

/// <summary>
/// The registers of a machine that booted, from the log that its firmware kept: PCRs of a TPM, or the run-time registers of a TDX guest. It
/// has what was measured up to the operating system's start; what the running system adds is not in it.
/// </summary>
public sealed class MeasuredLog
{
    /// <summary>In a log of a TDX guest 0 is MRTD, which no event changes, and then come the run-time registers (UEFI, 38.4.1).</summary>
    private const int FirstRuntimeRegister = 1;

    /// <summary>Logs of TPMs have an event in each of the PCRs 0 to 7: the separator.</summary>
    private const int LastOfTdx = 4;

    private readonly BootLog _log;
    private readonly HashAlgorithmName _bank;
    private readonly int _first;

    private MeasuredLog(BootLog log, HashAlgorithmName bank, int first)
    {
        (_log, _bank, _first) = (log, bank, first);
        Events = [.. log.Events.Where(known => known.Type != BootLog.NoAction && known.Pcr >= first).Select(Describe)];
    }

    /// <summary>In the order of the log.</summary>
    public IReadOnlyList<MeasuredEvent> Events { get; }

    /// <summary>A TDX guest's log (/sys/firmware/acpi/tables/data/CCEL). Throws <see cref="UnknownEvidenceException"/> with one sentence if it is none.</summary>
    public static MeasuredLog ReadTdx(ReadOnlySpan<byte> bytes)
    {
        if (!BootLog.TryRead(bytes, HashAlgorithmName.SHA384, out BootLog? log, isPadded: true)) throw new UnknownEvidenceException("The file is not an event log with digests of SHA-384 (CCEL).");
        if (log.Events.FirstOrDefault(known => known.Pcr > LastOfTdx) is { } foreign) throw new UnknownEvidenceException($"The log is a TPM's and not a TDX guest's: it has events of PCR {foreign.Pcr}.");
        return new MeasuredLog(log, HashAlgorithmName.SHA384, FirstRuntimeRegister);
    }

    /// <summary>A TPM's log (/sys/kernel/security/tpm0/binary_bios_measurements). Throws <see cref="UnknownEvidenceException"/> with one sentence if it is none.</summary>
    public static MeasuredLog ReadTpm(ReadOnlySpan<byte> bytes) => BootLog.TryRead(bytes, HashAlgorithmName.SHA256, out BootLog? log, isPadded: true)
        ? new MeasuredLog(log, HashAlgorithmName.SHA256, 0)
        : throw new UnknownEvidenceException("The file is not an event log with digests of SHA-256.");

    public HashAlgorithmName Bank => _bank;

    /// <summary>Whether firmware started this program: PCR 4, or RTMR1.</summary>
    public bool HasApplication(PeImage program) => Holds(_first == 0 ? 4 : 1, [program.ComputeDigest(_bank)]);

    /// <summary>Whether a stub measured these sections, one after the other and nothing between them: PCR 11, or RTMR2.</summary>
    public bool HasSections(UnifiedKernelImage image) => Holds(_first == 0 ? 11 : 2, [.. image.Sections(_bank).SelectMany(section => (ReadOnlyMemory<byte>[])[section.NameDigest, section.ContentDigest])]);

    /// <summary>A TDX guest's log or a TPM's. Throws <see cref="UnknownEvidenceException"/> with one sentence if it is none.</summary>
    public static MeasuredLog Read(ReadOnlySpan<byte> bytes) => BootLog.TryRead(bytes, HashAlgorithmName.SHA256, out _, isPadded: true) ? ReadTpm(bytes) : ReadTdx(bytes);

    /// <summary>The value after all events; of a register without any, as it is after a reset.</summary>
    public byte[] ValueOf(int register) => _log.Replay(_bank, [register + _first]);

    /// <summary>A register that was zero, after these digests.</summary>
    internal static byte[] Replay(HashAlgorithmName bank, IEnumerable<ReadOnlyMemory<byte>> digests)
    {
        var value = new byte[CryptographicOperations.HashData(bank, []).Length];
        foreach (ReadOnlyMemory<byte> digest in digests) CryptographicOperations.HashData(bank, (byte[])[.. value, .. digest.Span], value);
        return value;
    }

    private bool Holds(int register, IReadOnlyList<ReadOnlyMemory<byte>> digests)
    {
        ReadOnlyMemory<byte>[] made = [.. Events.Where(known => known.Register == register).Select(known => known.Digest)];
        return Enumerable.Range(0, Math.Max(0, made.Length - digests.Count + 1)).Any(start => digests.Select((digest, i) => digest.Span.SequenceEqual(made[start + i].Span)).All(isSame => isSame));
    }

    private MeasuredEvent Describe(BootEvent known) => new(
        known.Pcr - _first, BootEventText.TypeOf(known.Type), known.Digest, BootEventText.Of(known), CryptographicOperations.HashData(_bank, known.Data.Span).AsSpan().SequenceEqual(known.Digest.Span));
}
