using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Governance;

/// <summary>
/// What ties a VN to an organisation (NET-5). The owner signs the VN's entry of the list once, and in it the operator's key; the
/// operator's key signs the VN key of each incarnation. Evidence alone says which program runs, and not on whose machine.
/// </summary>
public static class OwnerStatement
{
    private const string Format = "coco-node-1";

    private static ReadOnlySpan<byte> Label => "coco-operator-v1"u8;

    /// <summary>What the owner signs (ES256 or ES384 by the key of its certificate): canonical JSON.</summary>
    public static byte[] ToSignedBytes(ListedNode node) => JsonText.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("format", Format);
        writer.WritePropertyName("node");
        ConstitutionWriter.WriteNode(writer, node with { OwnerSignature = null });
        writer.WriteEndObject();
    });

    /// <summary>What the operator's key signs for an incarnation.</summary>
    /// <param name="network">The network's identity; of the first VN, whose key is part of that, the constitution's digest.</param>
    /// <param name="publicKey">The VN key, 65 bytes.</param>
    public static Hash256 DigestFor(in Hash256 network, string node, ReadOnlySpan<byte> publicKey)
    {
        var writer = new ByteWriter();
        writer.WriteFixed(Label);
        writer.WriteHash(network);
        writer.WriteBytes(System.Text.Encoding.ASCII.GetBytes(node));
        writer.WriteFixed(publicKey);
        return Sha256.Hash(writer.Span);
    }

    /// <summary>Null where the entry is signed by its owner, or neither signed nor names a key.</summary>
    internal static string? Obstacle(Constitution constitution, ListedNode node)
    {
        if (node.OwnerSignature is null) return node.OperatorKey is null ? null : "is missing: an operator's key counts by the owner's word";
        MemberCertificate certificate = constitution.CertificateOf(node.Owner)!;
        byte[] signature = new byte[certificate.SignatureSize];
        bool isRead = Convert.TryFromBase64String(node.OwnerSignature, signature, out int length) && length == signature.Length;
        return isRead && certificate.Verify(ToSignedBytes(node), signature)
            ? null : $"is not one of '{node.Owner}' over this entry";
    }

    /// <summary>Null where the incarnation's key is signed as its entry of the list asks.</summary>
    internal static string? Obstacle(ListedNode node, in Hash256 network, ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> signature)
    {
        if (node.OperatorKey is not { } key) return signature.IsEmpty ? null : "is signed, and the VN list names no operator's key";
        return P256.Verify(Convert.FromHexString(key), DigestFor(network, node.Name, publicKey).Span, signature)
            ? null : "is not signed by the operator's key in the VN list";
    }
}
