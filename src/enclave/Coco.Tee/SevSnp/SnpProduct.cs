namespace Coco.Tee;

/// <summary>AMD's lines of processors that have a root key of their own.</summary>
public enum SnpProduct : byte
{
    Milan = 1,

    /// <summary>With Bergamo and Siena.</summary>
    Genoa,
    Turin,
}

public static class SnpProducts
{
    public static IReadOnlyList<SnpProduct> All { get; } = [SnpProduct.Milan, SnpProduct.Genoa, SnpProduct.Turin];

    /// <summary>By the family and model of CPUID (AMD APM 3, appendix E; SEV-SNP ABI 7.3); null if unknown.</summary>
    public static SnpProduct? FromCpuid(byte family, byte model) => (family, model) switch
    {
        (0x19, <= 0x0F) => SnpProduct.Milan,
        (0x19, <= 0x1F) => SnpProduct.Genoa,
        (0x19, >= 0xA0 and <= 0xAF) => SnpProduct.Genoa,
        (0x1A, <= 0x11) => SnpProduct.Turin,
        _ => null,
    };
}
