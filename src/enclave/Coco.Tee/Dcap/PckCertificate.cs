using System.Diagnostics.CodeAnalysis;
using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace Coco.Tee;

/// <summary>What a PCK certificate says of its platform (Intel SGX PCK Certificate and CRL Profile, 1.3.5).</summary>
public sealed class PckCertificate
{
    private const string Extension = "1.2.840.113741.1.13.1";
    private const int Components = 16;

    private PckCertificate()
    {
    }

    public byte[] Fmspc { get; private set; } = [];
    public byte[] PceId { get; private set; } = [];
    public byte[] Ppid { get; private set; } = [];

    /// <summary>Empty on platforms of one processor.</summary>
    public byte[] PlatformInstanceId { get; private set; } = [];

    /// <summary>The 16 security versions of the processor's parts.</summary>
    public byte[] CpuSvns { get; } = new byte[Components];

    public int PceSvn { get; private set; } = -1;

    /// <summary>Null where the certificate does not say.</summary>
    public bool? IsSmtEnabled { get; private set; }

    public static bool TryRead(X509Certificate2 certificate, [NotNullWhen(true)] out PckCertificate? read)
    {
        read = null;
        if (certificate.Extensions[Extension] is not { } extension) return false;
        try
        {
            var found = new PckCertificate();
            var outer = new AsnReader(extension.RawData, AsnEncodingRules.DER);
            found.ReadItems(outer.ReadSequence());
            outer.ThrowIfNotEmpty();
            if (found.Fmspc.Length != 6 || found.PceId.Length != 2 || found.PceSvn < 0) return false;
            read = found;
            return true;
        }
        catch (AsnContentException)
        {
            return false;
        }
    }

    private void ReadItems(AsnReader items)
    {
        while (items.HasData)
        {
            AsnReader item = items.ReadSequence();
            string name = item.ReadObjectIdentifier();
            if (!name.StartsWith(Extension, StringComparison.Ordinal)) throw new AsnContentException();
            switch (name[Extension.Length..])
            {
                case ".1": Ppid = item.ReadOctetString(); break;
                case ".2": ReadTcb(item.ReadSequence()); break;
                case ".3": PceId = item.ReadOctetString(); break;
                case ".4": Fmspc = item.ReadOctetString(); break;
                case ".6": PlatformInstanceId = item.ReadOctetString(); break;
                case ".7": ReadConfiguration(item.ReadSequence()); break;
                default: item.ReadEncodedValue(); break;
            }
            item.ThrowIfNotEmpty();
        }
    }

    private void ReadTcb(AsnReader items)
    {
        while (items.HasData)
        {
            AsnReader item = items.ReadSequence();
            string name = item.ReadObjectIdentifier();
            if (!name.StartsWith(Extension + ".2.", StringComparison.Ordinal)) throw new AsnContentException();
            string arc = name[(Extension.Length + 3)..];
            if (arc == "18")
            {
                item.ReadOctetString();
                continue;
            }
            if (!item.TryReadInt32(out int value) || value is < 0 or > 65535 || !int.TryParse(arc, out int part)) throw new AsnContentException();
            if (part is >= 1 and <= Components && value < 256) CpuSvns[part - 1] = (byte)value;
            else if (part == 17) PceSvn = value;
            else throw new AsnContentException();
        }
    }

    private void ReadConfiguration(AsnReader items)
    {
        while (items.HasData)
        {
            AsnReader item = items.ReadSequence();
            if (item.ReadObjectIdentifier().EndsWith(".7.3", StringComparison.Ordinal)) IsSmtEnabled = item.ReadBoolean();
            else item.ReadEncodedValue();
        }
    }
}
