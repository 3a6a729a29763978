using System.Security.Cryptography;
using System.Text.Json;
using Coco.Governance;

namespace Coco.Supervisor;

/// <summary>Makes an operator's key, and the entry of the VN list that names it, signed by its owner (NET-5).</summary>
public static class NodeOwner
{
    /// <summary>The entry with the operator's key, which is made where it is not there, and the signature of the organisation's member key.</summary>
    public static ListedNode Sign(DataDirectory data, ListedNode node)
    {
        ListedNode named = node with { OperatorKey = EnsureKey(data, node) };
        SignedRequest signed = MemberSigner.Sign(
            OwnerStatement.ToSignedBytes(named), data.MemberKeyFile(node.Owner), data.MemberCertificateFile(node.Owner));
        return named with { OwnerSignature = Convert.ToBase64String(signed.Signature.Span) };
    }

    /// <summary>The action that brings the entry into the VN list.</summary>
    public static string AddAction(ListedNode node)
    {
        var args = new Dictionary<string, string> { ["name"] = node.Name, ["owner"] = node.Owner, ["address"] = node.Address };
        if (node.ClientAddress is { } client) args["clientAddress"] = client;
        if (node.OperatorKey is { } key) args["operatorKey"] = key;
        if (node.OwnerSignature is { } signature) args["ownerSignature"] = signature;
        return JsonSerializer.Serialize(new { name = "add_node", args });
    }

    private static string EnsureKey(DataDirectory data, ListedNode node)
    {
        string file = data.OperatorKeyFile(node.Owner, node.Name);
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        if (File.Exists(file)) key.ImportFromPem(File.ReadAllText(file));
        else MemberKeys.WriteSecret(file, key.ExportPkcs8PrivateKeyPem());
        ECPoint point = key.ExportParameters(includePrivateParameters: false).Q;
        return Convert.ToHexStringLower([4, .. point.X!, .. point.Y!]);
    }
}
