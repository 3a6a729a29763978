using Coco.Tee;

namespace Coco.Client;

/// <summary>Puts certificates of one chain into the order of evidence.</summary>
internal static class CertificateOrder
{
    /// <summary>The one that issued none of the others first; the others as they came. As they came where they are not certificates.</summary>
    public static IEnumerable<byte[]> LeafFirst(List<byte[]> ders)
    {
        int leaf = CertificateChain.LeafOf(ders);
        return leaf == 0 ? ders : [ders[leaf], .. ders.Where((_, place) => place != leaf)];
    }
}
