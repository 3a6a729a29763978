using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coco.Boundary;
using Coco.Client;
using Coco.Enclave.Tests.Tee;
using Coco.Governance;
using Coco.Manager;
using Coco.Tee;

namespace Coco.Enclave.Tests.Manager;

/// <summary>
/// Managers on the hardware platform, with sockets, TLS and files as they are, on stand-ins of SNP guests that sign under a root of
/// this test's. No hardware is there; all but the signature's root is what runs on one.
/// </summary>
public sealed class HardwareNetworkTests : IDisposable
{
    private readonly SnpFixture _amd = new(DateTimeOffset.UtcNow);
    private readonly TemporaryFolder _folder = new();
    private readonly string[] _addresses = [.. Enumerable.Range(0, 3).Select(_ => $"127.0.0.1:{Ports.Free()}")];
    private readonly List<StandInMachine> _machines = [];

    public void Dispose()
    {
        foreach (StandInMachine machine in _machines) machine.Dispose();
        _folder.Dispose();
        _amd.Dispose();
    }

    [Fact]
    public async Task Three_VNs_on_SNP_guests_form_a_network_and_each_gives_evidence_that_a_client_verifies()
    {
        StandInMachine[] machines = [Start(0), Start(1), Start(2)];
        await machines[0].WaitAsync("all three are voters and linked", status => status is { Role: "leader", QuorumNeeded: 2, QuorumLive: 3 });
        foreach (StandInMachine machine in machines)
        {
            ManagerStatus status = await machine.WaitAsync("it is in the network", now => now.Role is "leader" or "follower" && now.Incarnation is not null);
            Assert.Equal((true, "sev-snp", "0x" + Measurement(machine)), (status.Protected, status.Platform, status.Measurement));
            FetchedEvidence fetched = await FetchAsync(machine, _amd.Policy);
            Assert.True(fetched.Report.Holds, fetched.Report.Reason);
            Assert.Equal((true, "0x" + Measurement(machine)), (fetched.Report.Claims["protected"], fetched.Report.Claims["measurement"]));
            // The vendors' own roots, which are all that a program can be made to trust, refuse the stand-in.
            FetchedEvidence strange = await FetchAsync(machine, _amd.Policy with { SevSnp = new SevSnpPolicy() });
            Assert.Equal(EvidenceCheck.Chain, strange.Report.Check);
        }
    }

    [Fact]
    public async Task A_guest_with_another_measurement_is_refused_by_the_network_and_its_operator_sees_why()
    {
        StandInMachine first = Start(0);
        await first.WaitAsync("it leads", status => status.Role == "leader");
        // Its operator was told what to expect, and it does expect the others' program.
        StandInMachine other = Start(1, configuration => configuration with { ExpectMeasurement = "0x" + Measurement(first) }, report => report[0x90] ^= 1);
        ManagerStatus refused = await other.WaitAsync("it is refused", status => first.Status.Alerts.Count > 0);
        Assert.Null(refused.Incarnation);
        Assert.Contains(first.Status.Alerts, alert => alert.Kind == "evidence" && alert.Text.Contains($"{EvidenceCheck.Measurement}:", StringComparison.Ordinal));
        await UntilAsync(() => other.Lines.Any(line => line.Contains($"refused this VN: {EvidenceCheck.Measurement}:", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(EvidenceCheck.Debug)]
    [InlineData(EvidenceCheck.MigrationAgent)]
    [InlineData(EvidenceCheck.Vmpl)]
    [InlineData(EvidenceCheck.Chain)]
    [InlineData(EvidenceCheck.Platform)]
    public async Task A_guest_that_the_TEE_manifest_does_not_accept_gets_no_link(string check)
    {
        StandInMachine first = Start(0, platforms: check == EvidenceCheck.Platform ? ["tdx"] : ["sev-snp"]);
        using var stranger = new SnpFixture(DateTimeOffset.UtcNow);
        Action<byte[]>? change = check switch
        {
            EvidenceCheck.Debug => report => report[8 + 2] |= 1 << 3,
            EvidenceCheck.MigrationAgent => report => report[8 + 2] |= 1 << 2,
            EvidenceCheck.Vmpl => report => report[0x30] = 1,
            _ => null,
        };
        StandInMachine other = Start(1, change: change, amd: check == EvidenceCheck.Chain ? stranger : _amd);
        await UntilAsync(() => first.Status.Alerts.Any(alert => alert.Text.Contains($" {check}: ", StringComparison.Ordinal)));
        Assert.Null(other.Status.Incarnation);
    }

    [Fact]
    public async Task A_VN_whose_evidence_is_accepted_no_more_is_quarantined_until_it_is_again()
    {
        bool isBad = false;
        StandInMachine[] machines =
        [
            Start(0, leases: new LeaseSettings(400, 1_600)), Start(1),
            Start(2, change: report => report[0x30] = Volatile.Read(ref isBad) ? (byte)1 : (byte)0),
        ];
        await machines[0].WaitAsync("all three are voters and linked", status => status is { QuorumNeeded: 2, QuorumLive: 3 });
        await machines[2].WaitAsync("it is in the network", status => status.Role is "leader" or "follower" && status.EvidenceExpires is not null);
        string? expires = machines[0].Status.EvidenceExpires;
        await machines[0].WaitAsync("its lease is renewed", status => string.CompareOrdinal(status.EvidenceExpires, expires) > 0);
        Volatile.Write(ref isBad, true);
        await machines[2].WaitAsync("it is quarantined", status => status.Role == "quarantined");
        await UntilAsync(() => machines.Take(2).Any(machine => machine.Status.Alerts.Any(
            alert => alert.Kind == "lease" && alert.Text.Contains("n2 is quarantined", StringComparison.Ordinal))));
        Volatile.Write(ref isBad, false);
        await machines[2].WaitAsync("it takes part again", status => status.Role is "leader" or "follower");
        await machines[0].WaitAsync("all three are voters and linked again", status => status is { QuorumNeeded: 2, QuorumLive: 3 });
    }

    private StandInMachine Start(
        int number, Func<NodeConfiguration, NodeConfiguration>? configure = null, Action<byte[]>? change = null, SnpFixture? amd = null, string[]? platforms = null,
        LeaseSettings? leases = null)
    {
        NodeConfiguration Configure(NodeConfiguration bare) => number == 0
            ? bare with { Mode = NodeMode.Create, ConstitutionFile = Constitution(platforms ?? ["sev-snp"], leases) }
            : bare with { JoinAddress = _addresses[0] };
        var machine = new StandInMachine(amd ?? _amd, $"n{number}", _addresses[number], bare => (configure ?? (same => same))(Configure(bare)), change, _amd.Roots);
        _machines.Add(machine);
        return machine;
    }

    /// <summary>One member, three VNs, and the launch measurement that the stand-ins report.</summary>
    private string Constitution(string[] platforms, LeaseSettings? leases)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 certificate = new CertificateRequest("CN=alder", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddYears(1));
        Assert.True(MemberCertificate.TryParseDer(certificate.RawData, out MemberCertificate? member, out string? problem), problem);
        string measurement = Convert.ToHexStringLower(_amd.Report().AsSpan(0x90, 48));
        var constitution = new Constitution(
            "guests", [new Member("alder", member)], [], [.. _addresses.Select((address, i) => new ListedNode($"n{i}", "alder", address, null))],
            new CodeManifest([measurement], [new string('b', 64)]), new TeeManifest([.. platforms], IsDebugAllowed: false),
            new VotingPolicy(new VoteRule.Majority(), []), BatchLimits.Default, ConsensusSettings.Default, IsSealingAllowed: true, IsRejoinAutomatic: true,
            SubmissionSettings.Default, new LedgerSettings("keyvalue", "{}"u8.ToArray()))
        {
            Leases = leases,
        };
        string file = _folder.File("constitution.json");
        File.WriteAllBytes(file, constitution.ToReadableBytes());
        return file;
    }

    private static string Measurement(StandInMachine machine) => Convert.ToHexStringLower(machine.Platform.Measurement.Span);

    private static async Task<FetchedEvidence> FetchAsync(StandInMachine machine, TeePolicy policy)
    {
        for (long start = Environment.TickCount64; ; await Task.Delay(50))
        {
            try
            {
                return await EvidenceClient.FetchAsync(machine.AdminAddress, policy, DateTimeOffset.UtcNow, default);
            }
            catch (HttpRequestException) when (Environment.TickCount64 - start < 30_000)
            {
                // The endpoint opens once the VN is in the network.
            }
        }
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        for (long start = Environment.TickCount64; !isSo(); await Task.Delay(20))
            Assert.True(Environment.TickCount64 - start < 60_000, "not so within a minute");
    }
}
