using System.Text;
using Coco.Tee;

namespace Coco.Enclave.Tests.Tee.Fuzzing;

/// <summary>
/// Mutated content under good signatures, of makers of our own: what stands behind the signatures is reached, as by a genuine machine of
/// a kind that nobody has seen yet. An input's first byte says which part it is; the others stay good.
/// </summary>
internal sealed class Resigned : IDisposable
{
    private readonly DcapFixture _intel = new();
    private readonly SnpFixture _amd = new();

    public static bool Is(string name) => name.StartsWith("resigned-", StringComparison.Ordinal);

    public byte[][] Seeds(string name) => name switch
    {
        "resigned-sev-snp" => [[0, .. _amd.Report()]],
        "resigned-sgx" => [[0, .. DcapFixture.Enclave()], .. Texts(isTdx: false)],
        _ => [[0, .. DcapFixture.Td10()], [0, .. DcapFixture.Td15()], .. Texts(isTdx: true)],
    };

    public EvidenceVerdict Read(string name, byte[] input)
    {
        byte part = input.Length == 0 ? (byte)0 : input[0];
        byte[] content = input.Length == 0 ? [] : input[1..];
        if (name == "resigned-sev-snp")
        {
            byte[] report = _amd.Report(bytes => content.AsSpan(0, Math.Min(content.Length, SnpReport.SignedSize)).CopyTo(bytes));
            return SevSnpVerifier.Verify(_amd.Bundle(report), _amd.Policy, SnpFixture.Now);
        }
        bool isTdx = name == "resigned-tdx";
        _intel.QeProduct = isTdx ? 2 : 1;
        byte[] body = part % 3 == 0 && content.Length <= ushort.MaxValue ? content : isTdx ? DcapFixture.Td10() : DcapFixture.Enclave();
        int type = !isTdx ? 1 : body.Length == TdReport.Size15 ? 3 : 2;
        byte[] info = part % 3 == 1 ? content : _intel.TcbInfo(isTdx);
        byte[] identity = part % 3 == 2 ? content : _intel.QeIdentity(isTdx);
        return _intel.Verify(_intel.Quote(5, body, isTdx, type), _intel.CollateralOf(Encoding.UTF8.GetString(info), Encoding.UTF8.GetString(identity)), isTdx);
    }

    public void Dispose()
    {
        _intel.Dispose();
        _amd.Dispose();
    }

    private byte[][] Texts(bool isTdx) => [[1, .. _intel.TcbInfo(isTdx)], [2, .. _intel.QeIdentity(isTdx)]];
}
