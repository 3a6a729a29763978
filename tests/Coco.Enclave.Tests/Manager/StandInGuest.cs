using Coco.Enclave.Tests.Tee;
using Coco.Tee;
using Coco.Tee.Platforms;

namespace Coco.Enclave.Tests.Manager;

/// <summary>What kind of guest a stand-in machine is: how its kernel calls itself and answers, and what its operator keeps for it.</summary>
internal sealed record StandInGuest(string Platform, string Provider, Func<byte[], byte[]> Report, IReadOnlyList<(string Name, byte[] Content)> Collateral)
{
    /// <summary>What the evidence of this guest's kernel says of it.</summary>
    public string Measurement
    {
        get
        {
            byte[] report = Report(new byte[AttestationClaims.ReportDataSize]);
            return Convert.ToHexStringLower(Platform == SevSnpVerifier.PlatformName ? report[0x90..0xC0] : new TdReport(report.AsSpan(48, TdReport.Size10)).ComputeMeasurement());
        }
    }

    /// <summary>The platform as a program in such a guest finds it; the folder is the guest's.</summary>
    public HardwarePlatform OpenIn(string folder)
    {
        string root = Path.Combine(folder, "root");
        var kernel = new StandInKernel(root + ConfigFsTsm.SystemFolder, Provider, Report, []);
        kernel.Install();
        string collateral = Directory.CreateDirectory(Path.Combine(folder, "collateral")).FullName;
        foreach ((string file, byte[] content) in Collateral) File.WriteAllBytes(Path.Combine(collateral, file), content);
        var places = new PlatformPlaces(root, new StandInDevices("none", _ => []), new LinuxTpmDevice(Path.Combine(folder, "no-tpm")), collateral) { Written = kernel.OnWritten };
        return PlatformDetection.Open(Platform, places);
    }

    /// <param name="change">What this machine's firmware says otherwise.</param>
    public static StandInGuest On(SnpFixture amd, Action<byte[]>? change = null) => new(
        SevSnpVerifier.PlatformName, "sev_guest",
        data => amd.Report(report =>
        {
            data.CopyTo(report, 0x50);
            change?.Invoke(report);
        }),
        [.. amd.Bundle([]).All(EvidencePart.Certificate).Select((der, number) => ($"{number}.der", der.ToArray()))]);

    /// <param name="change">What this machine's TDX module says otherwise.</param>
    public static StandInGuest On(DcapFixture intel, Action<byte[]>? change = null) => new(
        DcapVerifier.TdxName, "tdx_guest",
        data =>
        {
            byte[] body = DcapFixture.Td10();
            data.CopyTo(body, 520);
            change?.Invoke(body);
            return intel.Quote(4, body, isTdx: true);
        },
        [("collateral.json", intel.Collateral(isTdx: true))]);
}
