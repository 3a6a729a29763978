using System.Security.Cryptography;
using Coco.Governance;
using Coco.Primitives;
using Coco.Supervisor;

namespace Coco.Core.Tests.Audit;

/// <summary>Prepare, sign and submit as separate steps (GOV-3).</summary>
public sealed class MemberSignerTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("coco-signer-").FullName;
    private readonly DataDirectory _data;

    public MemberSignerTests()
    {
        _data = new DataDirectory(_folder);
        MemberKeys.Ensure(_data, "alpha");
        MemberKeys.Ensure(_data, "beta");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_request_survives_its_way_through_files()
    {
        GovernanceRequest request = RequestFiles.Propose(new NetworkId(Hash256.Zero), "alpha", ["{\"name\":\"remove_node\",\"args\":{\"name\":\"n\"}}"]);
        string prepared = In("prepared");
        File.WriteAllBytes(prepared, request.ToCanonicalBytes());
        SignedRequest signed = MemberSigner.Sign(RequestFiles.ReadPrepared(prepared), _data.MemberKeyFile("alpha"), _data.MemberCertificateFile("alpha"));
        RequestFiles.WriteSigned(In("signed"), signed);
        SignedRequest read = RequestFiles.ReadSigned(In("signed"));
        Assert.Equal(signed.Encode(), read.Encode());
        Assert.Equal(request.ComputeId(), read.ComputeId());
    }

    [Theory]
    [InlineData(DSASignatureFormat.Rfc3279DerSequence)]
    [InlineData(DSASignatureFormat.IeeeP1363FixedFieldConcatenation)]
    public void A_signature_made_elsewhere_is_taken_in_both_forms(DSASignatureFormat format)
    {
        byte[] bytes = RequestFiles.Vote(new NetworkId(Hash256.Zero), "alpha", Hash256.Zero.ToString(), isAccepting: true).ToCanonicalBytes();
        for (int i = 0; i < 50; i++) // some r or s begin with a zero byte
            Assert.Equal(64, MemberSigner.Attach(bytes, SignWith("alpha", bytes, format), _data.MemberCertificateFile("alpha")).Signature.Length);
    }

    [Fact]
    public void A_signature_of_another_key_is_refused()
    {
        byte[] bytes = RequestFiles.Withdraw(new NetworkId(Hash256.Zero), "alpha", Hash256.Zero.ToString()).ToCanonicalBytes();
        Assert.Throws<SupervisorException>(() => MemberSigner.Sign(bytes, _data.MemberKeyFile("beta"), _data.MemberCertificateFile("alpha")));
        byte[] foreign = SignWith("beta", bytes, DSASignatureFormat.Rfc3279DerSequence);
        Assert.Throws<SupervisorException>(() => MemberSigner.Attach(bytes, foreign, _data.MemberCertificateFile("alpha")));
        Assert.Throws<SupervisorException>(() => MemberSigner.Attach(bytes, new byte[] { 0x30, 1 }, _data.MemberCertificateFile("alpha")));
    }

    [Fact]
    public void A_prepared_request_that_was_edited_is_refused()
    {
        string file = In("prepared");
        byte[] bytes = RequestFiles.Withdraw(new NetworkId(Hash256.Zero), "alpha", Hash256.Zero.ToString()).ToCanonicalBytes();
        File.WriteAllBytes(file, [.. bytes, (byte)'\n']);
        Assert.Throws<SupervisorException>(() => RequestFiles.ReadPrepared(file));
    }

    private byte[] SignWith(string member, byte[] bytes, DSASignatureFormat format)
    {
        using var key = ECDsa.Create();
        key.ImportFromPem(File.ReadAllText(_data.MemberKeyFile(member)));
        return key.SignData(bytes, HashAlgorithmName.SHA256, format);
    }

    private string In(string name) => Path.Combine(_folder, name);
}
