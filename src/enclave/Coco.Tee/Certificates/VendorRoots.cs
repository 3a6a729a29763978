using System.Collections.Immutable;

namespace Coco.Tee;

/// <summary>
/// The vendors' roots, pinned by key: SHA-256 of the SubjectPublicKeyInfo. AMD: kdsintf.amd.com/vcek/v1/PRODUCT/cert_chain;
/// Intel: certificates.trustedservices.intel.com/Intel_SGX_Provisioning_Certification_RootCA.cer.
/// </summary>
public sealed record VendorRoots
{
    /// <summary>Those of the vendors. Tests alone have others, since nobody can sign with these.</summary>
    public static VendorRoots Pinned { get; } = new();

    internal VendorRoots()
    {
    }

    public ImmutableArray<byte> Intel { get; internal init; } = Pin("a0af031289f5d5d4132f9186068a7fc13628633ba235777472e29b6b6c67a49e");

    internal ImmutableArray<byte> Milan { get; init; } = Pin("9f056bee44377e29308cb5ffa895bdfb62d18881fa6bed8d6f075b0204089cb9");
    internal ImmutableArray<byte> Genoa { get; init; } = Pin("429a69c9422aa258ee4d8db5fcda9c6470ef15f8cd5a9cebd6cbc7d90b863831");
    internal ImmutableArray<byte> Turin { get; init; } = Pin("4f125410563a2ab9a50356f9243f6fe0b6f73de98603f53f90339c70e9d7ad08");

    public ImmutableArray<byte> Amd(SnpProduct product) => product switch
    {
        SnpProduct.Milan => Milan,
        SnpProduct.Genoa => Genoa,
        _ => Turin,
    };

    /// <summary>AMD's public intermediate and root of a product, for evidence that came without any.</summary>
    public static IReadOnlyList<byte[]> AmdCertificates(SnpProduct product, bool isVlek)
    {
        string name = product.ToString().ToLowerInvariant();
        return ReadPem(isVlek ? $"asvk_ark_{name}_vlek.pem" : $"ask_ark_{name}.pem");
    }

    private static List<byte[]> ReadPem(string resource)
    {
        using Stream stream = typeof(VendorRoots).Assembly.GetManifestResourceStream(resource)!;
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        var certificates = new List<byte[]>();
        Coco.Primitives.Invariant.Holds(StrictPem.TryReadCertificates(copy.ToArray(), certificates), "embedded certificates are PEM");
        return certificates;
    }

    private static ImmutableArray<byte> Pin(string hex) => [.. Convert.FromHexString(hex)];
}
