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
/// Managers on hardware platforms, with sockets, TLS and files as they are, on stand-ins of SNP and TDX guests that sign under roots of
/// this test's. No hardware is there; all but the signatures' roots is what runs on one.
/// </summary>
public sealed class HardwareNetworkTests : IDisposable
{
    private readonly SnpFixture _amd = new(DateTimeOffset.UtcNow);
    private readonly DcapFixture _intel = new(DateTimeOffset.UtcNow);
    private readonly StandInGuest _snp, _tdx;
    private readonly TemporaryFolder _folder = new();
    private readonly string[] _addresses = [.. Enumerable.Range(0, 3).Select(_ => $"127.0.0.1:{Ports.Free()}")];
    private readonly List<StandInMachine> _machines = [];

    public HardwareNetworkTests() => (_snp, _tdx) = (StandInGuest.On(_amd), StandInGuest.On(_intel));

    public void Dispose()
    {
        foreach (StandInMachine machine in _machines) machine.Dispose();
        _folder.Dispose();
        _amd.Dispose();
        _intel.Dispose();
    }

    [Fact]
    public async Task Three_VNs_on_SNP_guests_form_a_network_and_each_gives_evidence_that_a_client_verifies()
    {
        StandInMachine[] machines = [Start(0), Start(1), Start(2)];
        await WholeAsync(machines[0]);
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

    [Theory]
    [InlineData(SevSnpVerifier.PlatformName)]
    [InlineData(DcapVerifier.TdxName)]
    public async Task A_network_of_several_platforms_admits_a_VN_of_each_by_its_own_verifier(string founder)
    {
        string constitution = Constitution(["sev-snp", "tdx"], new LeaseSettings(1_000, 10_000), [_snp.Measurement, _tdx.Measurement]);
        StandInGuest[] guests = founder == DcapVerifier.TdxName ? [_tdx, _snp, _tdx] : [_snp, _tdx, _tdx];
        StandInMachine[] machines = [.. guests.Select((guest, number) => Start(guest, number, constitution))];
        await WholeAsync(machines[0]);
        foreach ((StandInMachine machine, StandInGuest guest) in machines.Zip(guests))
        {
            ManagerStatus status = await machine.WaitAsync("it has links to all others", now => now is { Role: "leader" or "follower", QuorumLive: 3 });
            Assert.Equal((true, guest.Platform), (status.Protected, status.Platform));
            FetchedEvidence fetched = await FetchAsync(machine, _amd.Policy with { Platforms = ["sev-snp", "tdx"], Tdx = new DcapPolicy { Roots = _intel.Roots } });
            Assert.True(fetched.Report.Holds, fetched.Report.Reason);
            Assert.Equal(guest.Platform, fetched.Report.Platform);
            await machine.WaitAsync("its lease is renewed", now => string.CompareOrdinal(now.EvidenceExpires, status.EvidenceExpires) > 0);
        }
    }

    [Fact]
    public async Task A_VN_of_another_platform_must_keep_that_platforms_rules()
    {
        string constitution = Constitution(["sev-snp", "tdx"], null, [_snp.Measurement, _tdx.Measurement]);
        StandInMachine first = Start(_snp, 0, constitution);
        await first.WaitAsync("it leads", status => status.Role == "leader");
        StandInMachine debuggable = Start(StandInGuest.On(_intel, body => body[120] |= 1), 1, constitution);
        await UntilAsync(() => first.Status.Alerts.Any(alert => alert.Text.Contains($" {EvidenceCheck.Debug}: ", StringComparison.Ordinal)));
        Assert.Null(debuggable.Status.Incarnation);
    }

    [Fact]
    public async Task A_VN_that_was_told_nothing_of_other_platforms_believes_its_own_alone()
    {
        string constitution = Constitution(["sev-snp", "tdx"], null, [_snp.Measurement, _tdx.Measurement]);
        StandInMachine first = Start(_snp, 0, constitution);
        await first.WaitAsync("it leads", status => status.Role == "leader");
        StandInMachine other = Start(_tdx, 1, null);
        await UntilAsync(() => other.Lines.Any(line => line.Contains($"is refused: {EvidenceCheck.Platform}: ", StringComparison.Ordinal)));
        Assert.Null(other.Status.Incarnation);
        // Its operator's word that this program is expected is enough.
        StandInMachine told = Start(_tdx, 2, null, bare => bare with { ExpectMeasurement = $"0x{_tdx.Measurement},0x{_snp.Measurement}" });
        await told.WaitAsync("it is in the network", status => status.Incarnation is not null);
    }

    [Fact]
    public async Task Evidence_that_the_leader_took_is_judged_by_every_other_VN_too()
    {
        bool isBad = false;
        StandInGuest turning = StandInGuest.On(_amd, report => report[0x30] = Volatile.Read(ref isBad) ? (byte)1 : (byte)0);
        string constitution = Constitution(["sev-snp"], new LeaseSettings(1_000, 10_000), [_snp.Measurement]);
        // The leader's verifier lets every privilege level pass.
        StandInMachine leader = Start(_snp, 0, constitution, verifiers: new EvidenceVerifiers([new LenientVerifier()]) { Roots = _amd.Roots });
        await leader.WaitAsync("it leads", status => status.Role == "leader");
        StandInMachine judge = Start(_snp, 1, constitution), bad = Start(turning, 2, constitution);
        foreach (StandInMachine machine in (StandInMachine[])[leader, judge, bad])
            await machine.WaitAsync("all three are voters and linked", status => status is { Role: "leader" or "follower", QuorumNeeded: 2, QuorumLive: 3 });
        Volatile.Write(ref isBad, true);
        await UntilAsync(() => judge.Status.Alerts.Any(alert => alert.Kind == "evidence"
            && alert.Text.Contains($"has evidence that this VN refuses: {EvidenceCheck.Vmpl}: the evidence of 'n2'", StringComparison.Ordinal)));
        await judge.WaitAsync("it has no link with that VN", status => status.QuorumLive == 2);
        Assert.DoesNotContain(leader.Status.Alerts, alert => alert.Text.Contains(EvidenceCheck.Vmpl, StringComparison.Ordinal));
    }

    /// <summary>All three are voters and linked; else every machine says what it saw.</summary>
    private async Task WholeAsync(StandInMachine first)
    {
        try
        {
            await first.WaitAsync("all three are voters and linked", status => status is { Role: "leader", QuorumNeeded: 2, QuorumLive: 3 });
        }
        catch (TimeoutException late)
        {
            Assert.Fail($"{late.Message}\n{string.Join('\n', _machines.SelectMany((machine, number) => machine.Lines.TakeLast(20).Select(line => $"n{number}: {line}")))}");
        }
    }

    private StandInMachine Start(
        int number, Func<NodeConfiguration, NodeConfiguration>? configure = null, Action<byte[]>? change = null, SnpFixture? amd = null, string[]? platforms = null,
        LeaseSettings? leases = null)
    {
        string? constitution = number == 0 ? Constitution(platforms ?? ["sev-snp"], leases, [_snp.Measurement]) : null;
        return Start(StandInGuest.On(amd ?? _amd, change), number, constitution, configure);
    }

    /// <param name="constitution">Of the network that the first one founds, or that a further one expects.</param>
    private StandInMachine Start(
        StandInGuest guest, int number, string? constitution, Func<NodeConfiguration, NodeConfiguration>? configure = null, EvidenceVerifiers? verifiers = null)
    {
        NodeConfiguration Configure(NodeConfiguration bare) => number == 0
            ? bare with { Mode = NodeMode.Create, ConstitutionFile = constitution }
            : bare with { JoinAddress = _addresses[0], ConstitutionFile = constitution };
        var machine = new StandInMachine(
            guest, $"n{number}", _addresses[number], bare => (configure ?? (same => same))(Configure(bare)),
            verifiers ?? new EvidenceVerifiers([new SoftwareEvidenceVerifier(), new SevSnpVerifier(), DcapVerifier.Tdx]) { Roots = _amd.Roots with { Intel = _intel.Roots.Intel } });
        _machines.Add(machine);
        return machine;
    }

    private string Constitution(string[] platforms, LeaseSettings? leases, string[] measurements)
    {
        string file = _folder.File("constitution.json");
        File.WriteAllBytes(file, GuestConstitution.Make(_addresses, platforms, measurements, [new string('b', 64)], leases).ToReadableBytes());
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

    /// <summary>A leader that takes what the constitution does not accept.</summary>
    private sealed class LenientVerifier : IEvidenceVerifier
    {
        private readonly SevSnpVerifier _strict = new();

        public string Platform => _strict.Platform;

        public EvidenceVerdict Verify(ReadOnlySpan<byte> evidence, TeePolicy policy, ulong nowUnixMs) =>
            _strict.Verify(evidence, policy with { SevSnp = policy.SevSnp with { MaxVmpl = 3 } }, nowUnixMs);
    }
}
