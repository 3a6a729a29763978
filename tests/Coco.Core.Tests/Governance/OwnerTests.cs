using System.Security.Cryptography;
using Coco.Governance;
using Coco.Primitives;

namespace Coco.Core.Tests.Governance;

/// <summary>NET-5: the owner signs the entry of the list, and the operator's key each incarnation.</summary>
public sealed class OwnerTests : IDisposable
{
    private static readonly NodeId One = new(1), Two = new(2);

    private readonly ECDsa _operator = ECDsa.Create(ECCurve.NamedCurves.nistP256);

    public void Dispose() => _operator.Dispose();

    [Fact]
    public void An_entry_that_its_owner_did_not_sign_is_refused()
    {
        Assert.Empty(ErrorsWith(Signed("bob")));
        Assert.Equal("$.nodes[1].ownerSignature", Assert.Single(ErrorsWith(Signed("bob") with { Address = "evil.example:1" })).Path);
        Assert.Equal("$.nodes[1].ownerSignature", Assert.Single(ErrorsWith(Signed("bob") with { OwnerSignature = null })).Path);
        Assert.Equal("$.nodes[1].ownerSignature", Assert.Single(ErrorsWith(Signed("ann"))).Path);
    }

    [Fact]
    public void Only_the_operators_key_lets_an_incarnation_take_the_VNs_place()
    {
        var network = new TestNetwork(With(Signed("bob")));
        byte[] key = TestNetwork.NewPoint();
        var admission = new GovernanceEntry.NodeAdmitted(TestNetwork.Start, new Membership([One], [], [Two]), "bob-1", Two, key, new byte[1], null);
        Assert.Equal(GovernanceCheck.Owner, network.Apply(admission).Refusal?.Check);
        byte[] otherNetwork = Vouch(Hash256.Zero, key), otherKey = Vouch(network.State.Network.Value, TestNetwork.NewPoint());
        Assert.Equal(GovernanceCheck.Owner, network.Apply(admission with { OperatorSignature = otherNetwork }).Refusal?.Check);
        Assert.Equal(GovernanceCheck.Owner, network.Apply(admission with { OperatorSignature = otherKey }).Refusal?.Check);
        GovernanceEntry.NodeAdmitted right = admission with { OperatorSignature = Vouch(network.State.Network.Value, key) };
        Assert.True(GovernanceEntryCodec.TryDecode(GovernanceEntryCodec.Encode(right), out GovernanceEntry? decoded));
        Assert.True(network.Apply(decoded).IsAccepted);
    }

    private byte[] Vouch(in Hash256 network, byte[] key) => _operator.SignHash(
        OwnerStatement.DigestFor(network, "bob-1", key).Span, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);

    private ListedNode Signed(string signer)
    {
        ECPoint point = _operator.ExportParameters(false).Q;
        ListedNode node = TestNetwork.NodeOf("bob-1", "bob") with { OperatorKey = Convert.ToHexStringLower([4, .. point.X!, .. point.Y!]) };
        return node with { OwnerSignature = Convert.ToBase64String(TestNetwork.SignAs(signer, OwnerStatement.ToSignedBytes(node))) };
    }

    private static Constitution With(ListedNode node)
    {
        Constitution constitution = TestNetwork.NewConstitution("ann", "bob");
        return constitution with { Nodes = [constitution.Nodes[0], node] };
    }

    private static IReadOnlyList<DocumentError> ErrorsWith(ListedNode node)
    {
        Constitution.Parse(With(node).ToCanonicalBytes(), out IReadOnlyList<DocumentError> errors);
        return errors;
    }
}
