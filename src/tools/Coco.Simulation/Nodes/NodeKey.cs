using System.Security.Cryptography;
using System.Text;
using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Simulation.Nodes;

/// <summary>The public half of a P-256 key that is the same in every run: derived from its number. It protects nothing.</summary>
internal sealed class NodeKey
{
    private static readonly List<NodeKey> Known = [];

    private NodeKey(string label)
    {
        using ECDsa key = Derive(label);
        ECParameters parameters = key.ExportParameters(false);
        PublicKey = (byte[])[4, .. parameters.Q.X!, .. parameters.Q.Y!];
    }

    public ReadOnlyMemory<byte> PublicKey { get; }

    /// <summary>The key with this number; made once in a process, since every run uses the same.</summary>
    public static NodeKey Get(int number)
    {
        lock (Known)
        {
            while (Known.Count <= number) Known.Add(new NodeKey($"coco simulation node {Known.Count}"));
            return Known[number];
        }
    }

    public static ECDsa Derive(string label) => ECDsa.Create(new ECParameters
    {
        Curve = ECCurve.NamedCurves.nistP256,
        D = Sha256.Hash(Encoding.ASCII.GetBytes(label)).ToArray(),
    });

    public byte[] Sign(Hash256 digest) => SimulatedSignatures.Sign(PublicKey.Span, digest.Span);
}
