using System.Security.Cryptography;

namespace Coco.Client;

/// <summary>
/// What firmware measures into PCR 4 when it boots (TCG PC Client Platform Firmware Profile, "PCR[4] - Boot Manager Code and Boot Attempts"), in the order of EDK II: that
/// it calls a boot option, the separator, and each program that it or a program has it load.
/// </summary>
public static class FirmwareBoot
{
    private static ReadOnlySpan<byte> Calling => "Calling EFI Application from Boot Option"u8;

    private static ReadOnlySpan<byte> Separator => [0, 0, 0, 0];

    /// <summary>The only boot loader that is known to measure no more into PCR 4 than the image that it starts.</summary>
    public static bool IsSystemdBoot(PeImage program) => SystemdProgram.VersionOf(program, "systemd-boot").Length > 0;

    /// <summary>The first boot option that is tried leads to these programs, one after the other: one that fails before it adds events.</summary>
    public static byte[] ComputePcr4(HashAlgorithmName bank, IReadOnlyList<ReadOnlyMemory<byte>> programs) =>
        MeasuredLog.Replay(bank, [CryptographicOperations.HashData(bank, Calling), CryptographicOperations.HashData(bank, Separator), .. programs]);
}
