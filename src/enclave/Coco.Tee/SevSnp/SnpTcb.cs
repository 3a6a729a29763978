namespace Coco.Tee;

/// <summary>
/// Security version numbers of a platform. Compared number by number: as one integer an old boot loader could hide behind a new
/// microcode.
/// </summary>
/// <param name="Fmc">Turin and later; zero before.</param>
public readonly record struct SnpTcb(byte Fmc, byte BootLoader, byte Tee, byte Snp, byte Microcode)
{
    public const int Size = 8;

    /// <summary>The layout changed with Turin (SEV-SNP ABI, TCB_VERSION).</summary>
    public static SnpTcb Read(ReadOnlySpan<byte> bytes, SnpProduct product) => product == SnpProduct.Turin
        ? new SnpTcb(bytes[0], bytes[1], bytes[2], bytes[3], bytes[7])
        : new SnpTcb(0, bytes[0], bytes[1], bytes[6], bytes[7]);

    public bool IsAtLeast(SnpTcb least) =>
        Fmc >= least.Fmc && BootLoader >= least.BootLoader && Tee >= least.Tee && Snp >= least.Snp && Microcode >= least.Microcode;

    public override string ToString() => $"fmc {Fmc}, bl {BootLoader}, tee {Tee}, snp {Snp}, ucode {Microcode}";
}
