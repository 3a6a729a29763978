using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Coco.Tee;
using Coco.Tee.Platforms;

namespace Coco.Enclave.Tests.Tee;

/// <summary>A kernel that answers in a folder as configfs-tsm does: generation, provider, report, certificates.</summary>
internal sealed class StandInKernel(string root, string provider, Func<byte[], byte[]> report, byte[] auxiliary)
{
    private int _generation;

    public int Requests { get; private set; }

    public void Install() => Directory.CreateDirectory(root);

    public void OnWritten(string entry, string name)
    {
        if (name != "inblob") return;
        Requests++;
        byte[] input = File.ReadAllBytes(Path.Combine(entry, "inblob"));
        File.WriteAllText(Path.Combine(entry, "provider"), provider + "\n");
        File.WriteAllText(Path.Combine(entry, "generation"), $"{++_generation}\n");
        File.WriteAllBytes(Path.Combine(entry, "outblob"), report(input));
        File.WriteAllBytes(Path.Combine(entry, "auxblob"), auxiliary);
    }
}

/// <summary>/dev/sev-guest and /dev/tdx_guest by what their headers say of memory.</summary>
internal sealed unsafe class StandInDevices(string device, Func<byte[], byte[]> report) : IDeviceControl
{
    public byte[]? Certificates { get; init; }
    public byte[]? SealingKey { get; init; }
    public int Error { get; set; }
    public uint FirmwareStatus { get; set; }

    public bool Exists(string name) => name == device;

    public int Control(string name, uint request, nint argument)
    {
        if (Error != 0) return Error;
        return request switch
        {
            SevGuestDevice.GetReportRequest => Sev((ulong*)argument, withCertificates: false),
            SevGuestDevice.GetExtendedReportRequest => Certificates is null ? 22 : Sev((ulong*)argument, withCertificates: true),
            SevGuestDevice.GetDerivedKeyRequest => DeriveKey((ulong*)argument),
            TdxGuestDevice.GetReportRequest => Tdx((byte*)argument),
            _ => 25,
        };
    }

    private int Sev(ulong* request, bool withCertificates)
    {
        if (request[0] != 1) return 22;
        byte[] made = report(new Span<byte>((void*)request[1], 64).ToArray());
        Span<byte> response = new((void*)request[2], 4000);
        BinaryPrimitives.WriteUInt32LittleEndian(response, FirmwareStatus);
        BinaryPrimitives.WriteUInt32LittleEndian(response[4..], (uint)made.Length);
        made.CopyTo(response[32..]);
        if (withCertificates)
        {
            byte* ask = (byte*)request[1] + 96;
            Certificates!.CopyTo(new Span<byte>((void*)*(ulong*)ask, (int)*(uint*)(ask + 8)));
        }
        return 0;
    }

    /// <summary>Fields that go in: bit 0 the guest's policy, bit 3 its measurement.</summary>
    private int DeriveKey(ulong* request)
    {
        if (SealingKey is null || ((ulong*)request[1])[1] != 9) return 5;
        new Span<byte>((void*)request[2], 64).Clear();
        SealingKey.CopyTo(new Span<byte>((byte*)request[2] + 32, 32));
        return 0;
    }

    private int Tdx(byte* request)
    {
        report(new Span<byte>(request, 64).ToArray()).CopyTo(new Span<byte>(request + 64, 1024));
        return 0;
    }
}

/// <summary>A TPM of our own with the NV index, key and PCRs of Azure's.</summary>
internal sealed class StandInTpm(byte[] hclReport, RSA key) : ITpmDevice
{
    private static readonly byte[] Selector = [0, 0, 0, 1, 0, 0x0B, 3];

    public bool IsThere => true;

    public byte[] Pcrs { get; } = [.. Enumerable.Range(0, 24 * 32).Select(place => (byte)place)];

    /// <summary>So many commands are answered with TPM_RC_RETRY.</summary>
    public int Refusals { get; set; }

    public byte[] Transceive(ReadOnlySpan<byte> command)
    {
        uint code = BinaryPrimitives.ReadUInt32BigEndian(command[6..]);
        ReadOnlySpan<byte> body = command[10..];
        return code switch
        {
            _ when Refusals > 0 && Refusals-- > 0 => Answer(0x8001, [], 0x922),
            0x169 => Answer(0x8001, [0, 14, 1, 0x40, 0, 1, 0, 0x0B, 0, 0, 0, 0, 0, 0, (byte)(hclReport.Length >> 8), (byte)hclReport.Length, 0, 0]),
            0x14E => ReadNv(body),
            0x158 => Quote(body),
            0x17E => ReadPcrs(body),
            _ => Answer(0x8001, [], 0x143),
        };
    }

    private byte[] ReadNv(ReadOnlySpan<byte> body)
    {
        int size = BinaryPrimitives.ReadUInt16BigEndian(body[^4..]);
        int offset = BinaryPrimitives.ReadUInt16BigEndian(body[^2..]);
        byte[] chunk = hclReport[offset..(offset + size)];
        return Answer(0x8002, [0, 0, (byte)((size + 2) >> 8), (byte)(size + 2), (byte)(size >> 8), (byte)size, .. chunk, 0, 0, 1, 0, 0]);
    }

    private byte[] Quote(ReadOnlySpan<byte> body)
    {
        ReadOnlySpan<byte> nonce = body.Slice(4 + 4 + 9 + 2, 32);
        byte[] message =
        [
            0xFF, 0x54, 0x43, 0x47, 0x80, 0x18, 0, 0, 0, 32, .. nonce, .. new byte[17], .. new byte[8], .. Selector, 0xFF, 0xFF, 0xFF, 0, 32, .. SHA256.HashData(Pcrs),
        ];
        byte[] signature = [0, 0x14, 0, 0x0B, 1, 0, .. key.SignData(message, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)];
        int size = 2 + message.Length + signature.Length;
        return Answer(0x8002, [0, 0, (byte)(size >> 8), (byte)size, (byte)(message.Length >> 8), (byte)message.Length, .. message, .. signature, 0, 0, 1, 0, 0]);
    }

    private byte[] ReadPcrs(ReadOnlySpan<byte> body)
    {
        ReadOnlySpan<byte> bits = body[7..10];
        var digests = new List<byte>();
        for (int pcr = 0; pcr < 24; pcr++)
            if ((bits[pcr / 8] >> (pcr % 8) & 1) == 1) digests.AddRange([0, 32, .. Pcrs[(pcr * 32)..(pcr * 32 + 32)]]);
        return Answer(0x8001, [0, 0, 0, 9, .. Selector, .. bits, 0, 0, 0, 8, .. digests]);
    }

    private static byte[] Answer(ushort tag, byte[] body, uint code = 0)
    {
        var answer = new byte[10 + body.Length];
        BinaryPrimitives.WriteUInt16BigEndian(answer, tag);
        BinaryPrimitives.WriteUInt32BigEndian(answer.AsSpan(2), (uint)answer.Length);
        BinaryPrimitives.WriteUInt32BigEndian(answer.AsSpan(6), code);
        body.CopyTo(answer, 10);
        return answer;
    }

    /// <summary>An HCL report around an SNP report, or another's, whose claims name the key.</summary>
    public static byte[] Hcl(RSA key, Func<byte[], byte[]> report, HclHardware hardware = HclHardware.SevSnp)
    {
        RSAParameters numbers = key.ExportParameters(false);
        string claims = $"{{\"keys\":[{{\"kid\":\"HCLAkPub\",\"kty\":\"RSA\",\"e\":\"{Url(numbers.Exponent!)}\",\"n\":\"{Url(numbers.Modulus!)}\"}}]}}";
        byte[] content = Encoding.UTF8.GetBytes(claims);
        var hcl = new byte[2600];
        Encoding.ASCII.GetBytes("HCLA", hcl);
        Words(hcl, 4, 1, (uint)(1236 + content.Length), 2);
        report([.. SHA256.HashData(content), .. new byte[32]]).CopyTo(hcl, 32);
        Words(hcl, 1216, (uint)(content.Length + 20), 1, (uint)hardware, 1, (uint)content.Length);
        content.CopyTo(hcl, 1236);
        return hcl;
    }

    private static void Words(byte[] bytes, int place, params uint[] words)
    {
        foreach (uint word in words)
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(place), word);
            place += 4;
        }
    }

    private static string Url(byte[] bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
}
