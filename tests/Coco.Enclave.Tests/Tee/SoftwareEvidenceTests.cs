using System.Collections.Immutable;
using Coco.Keys;
using Coco.Primitives;
using Coco.Tee;
using Coco.Tee.Platforms;

namespace Coco.Enclave.Tests.Tee;

public sealed class SoftwareEvidenceTests : IDisposable
{
    private const ulong Now = 1_800_000_000_000;

    private static readonly Hash256 Program = new([.. Enumerable.Repeat((byte)0x5F, 32)]);
    private static readonly TeePolicy Policy = new(["software"], [Convert.ToHexStringLower(Program.Span)], false, 60_000);

    private readonly EcdsaSigner _key = EcdsaSigner.Generate();
    private readonly byte[] _reportData = [.. Enumerable.Range(0, 64).Select(i => (byte)i)];

    public void Dispose() => _key.Dispose();

    [Fact]
    public void Evidence_of_an_accepted_program_gives_claims_that_say_it_is_not_protected()
    {
        EvidenceVerdict verdict = Verify(Make());
        Assert.True(verdict.Holds, verdict.Refusal?.Reason);
        Assert.False(verdict.Claims.IsProtected);
        Assert.Equal(_reportData, verdict.Claims.ReportData.ToArray());
        Assert.Equal(Program.ToArray(), verdict.Claims.Measurement.ToArray());
        Assert.Equal(Now, verdict.Claims.IssuedAtUnixMs);
    }

    [Fact]
    public void Every_flipped_bit_is_refused_by_the_signature_or_the_format()
    {
        byte[] bytes = Make().Bytes.ToArray();
        for (int bit = 0; bit < bytes.Length * 8; bit++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            EvidenceVerdict verdict = new SoftwareEvidenceVerifier().Verify(bytes, Policy, Now);
            Assert.False(verdict.Holds, $"bit {bit} may be anything");
            // The version byte and all but the lowest bit of the debug byte have one value: the format.
            bool isForm = bit / 8 == 0 || (bit / 8 == 33 && bit % 8 > 0);
            Assert.Equal(isForm ? EvidenceCheck.Format : EvidenceCheck.Signature, verdict.Refusal.Check);
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void Shortened_and_lengthened_evidence_is_refused()
    {
        byte[] bytes = Make().Bytes.ToArray();
        for (int length = 0; length < bytes.Length; length++)
            Assert.Equal(EvidenceCheck.Format, new SoftwareEvidenceVerifier().Verify(bytes.AsSpan(0, length), Policy, Now).Refusal!.Check);
        Assert.Equal(EvidenceCheck.Format, new SoftwareEvidenceVerifier().Verify([.. bytes, 0], Policy, Now).Refusal!.Check);
    }

    [Fact]
    public void Each_rule_of_the_policy_refuses_by_its_name()
    {
        Check(EvidenceCheck.Platform, Make(), Policy with { Platforms = ["sev-snp"] }, Now);
        Check(EvidenceCheck.Platform, Make() with { Platform = "other" }, Policy with { Platforms = ["other"] }, Now);
        Check(EvidenceCheck.Measurement, Make(), Policy with { Measurements = [new string('0', 64)] }, Now);
        Check(EvidenceCheck.Measurement, Make(), Policy with { Measurements = ImmutableArray<string>.Empty }, Now);
        Check(EvidenceCheck.Debug, Make(isDebug: true), Policy, Now);
        Check(EvidenceCheck.IssuedAt, Make(), Policy, Now + 60_001);
        Check(EvidenceCheck.IssuedAt, Make(), Policy, Now - Limits.MaxClockLeadMs - 1);
        Check(EvidenceCheck.IssuedAt, Make(issuedAt: ulong.MaxValue), Policy, Now);
        Assert.True(Verify(Make(isDebug: true), Policy with { IsDebugAllowed = true }).Holds);

        static void Check(string check, Evidence evidence, TeePolicy policy, ulong now) =>
            Assert.Equal(check, EvidenceVerifiers.All.Verify(evidence, policy, now).Refusal?.Check);
    }

    [Fact]
    public void The_envelope_reads_back_and_refuses_what_it_did_not_write()
    {
        Evidence evidence = Make();
        byte[] encoded = evidence.Encode();
        Assert.True(Evidence.TryDecode(encoded, out Evidence? read));
        Assert.Equal(evidence.Platform, read.Platform);
        Assert.Equal(evidence.Bytes.ToArray(), read.Bytes.ToArray());
        for (int length = 0; length < encoded.Length; length++) Assert.False(Evidence.TryDecode(encoded.AsSpan(0, length), out _));
        Assert.False(Evidence.TryDecode([.. encoded, 1], out _));
    }

    [Fact]
    public void Report_data_depends_on_every_claim()
    {
        var claims = new AttestationClaims(
            new NetworkId(Program), "a-1", EnclaveRole.Manager, Program, Program, Program, AttestationPurpose.Peer);
        var other = new Hash256([.. Enumerable.Repeat((byte)1, 32)]);
        AttestationClaims[] all =
        [
            claims, claims with { Network = new NetworkId(other) }, claims with { Node = "a-2" }, claims with { Role = EnclaveRole.Worker },
            claims with { TlsKeyDigest = other }, claims with { NodeKeyDigest = other }, claims with { PeerNonce = other },
            claims with { Purpose = AttestationPurpose.Join },
        ];
        Assert.Equal(all.Length, all.Select(c => Convert.ToHexString(c.ComputeReportData())).Distinct().Count());
        Assert.All(all, c => Assert.True(AttestationClaims.TryDecode(c.Encode(), out AttestationClaims? read) && read == c));
    }

    [Fact]
    public void A_measurement_depends_on_names_and_contents_and_not_on_where_the_program_lies()
    {
        string one = NewFolder(("a.dll", "1"), ("sub/b.dll", "2"));
        string same = NewFolder(("sub/b.dll", "2"), ("a.dll", "1"));
        string renamed = NewFolder(("a.dlk", "1"), ("sub/b.dll", "2"));
        string changed = NewFolder(("a.dll", "1"), ("sub/b.dll", "3"));
        string shifted = NewFolder(("a.dll", "1s"), ("ub/b.dll", "2"));
        try
        {
            Assert.Equal(ProgramMeasurement.Of(one), ProgramMeasurement.Of(same));
            Assert.Equal(4, new[] { one, renamed, changed, shifted }.Select(ProgramMeasurement.Of).Distinct().Count());
        }
        finally
        {
            foreach (string folder in new[] { one, same, renamed, changed, shifted }) Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void Sealed_bytes_open_for_the_same_use_program_and_host_alone()
    {
        string folder = Directory.CreateTempSubdirectory("coco-sealing").FullName;
        try
        {
            string file = Path.Combine(folder, "sealing.key");
            using var sealing = PlatformSealing.OpenFile(file, Program);
            byte[] sealedBytes = sealing.Seal("restart", "secret"u8);
            using (var again = PlatformSealing.OpenFile(file, Program))
            {
                Assert.True(again.TryUnseal("restart", sealedBytes, out byte[]? content));
                Assert.Equal("secret"u8.ToArray(), content);
            }
            if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            using var program = PlatformSealing.OpenFile(file, Hash256.Zero);
            using var host = PlatformSealing.OpenFile(file + "2", Program);
            Assert.False(sealing.TryUnseal("other", sealedBytes, out _));
            Assert.False(program.TryUnseal("restart", sealedBytes, out _));
            Assert.False(host.TryUnseal("restart", sealedBytes, out _));
            Assert.NotEqual(sealedBytes, sealing.Seal("restart", "secret"u8));
            for (int i = 0; i < sealedBytes.Length; i++)
            {
                byte[] damaged = [.. sealedBytes];
                damaged[i] ^= 0x10;
                Assert.False(sealing.TryUnseal("restart", damaged, out _), $"byte {i} may be anything");
                Assert.False(sealing.TryUnseal("restart", sealedBytes.AsSpan(0, i), out _));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static EvidenceVerdict Verify(Evidence evidence, TeePolicy? policy = null) =>
        EvidenceVerifiers.All.Verify(evidence, policy ?? Policy, Now);

    private static string NewFolder(params (string Name, string Content)[] files)
    {
        string folder = Directory.CreateTempSubdirectory("coco-program").FullName;
        foreach ((string name, string content) in files)
        {
            string path = Path.Combine(folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, content);
        }
        return folder;
    }

    private Evidence Make(bool isDebug = false, ulong issuedAt = Now) =>
        new SoftwareEvidence(Program, isDebug, _reportData, issuedAt, _key.PublicKey).Sign(_key);
}
