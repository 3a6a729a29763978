using Coco.Enclave.Tests.Tee;
using Coco.Tee;

namespace Coco.Enclave.Tests.Manager;

/// <summary>What kind of guest a stand-in machine is: how its kernel calls itself and answers, and what its operator keeps for it.</summary>
internal sealed record StandInGuest(string Platform, string Provider, Func<byte[], byte[]> Report, IReadOnlyList<(string Name, byte[] Content)> Collateral)
{
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
