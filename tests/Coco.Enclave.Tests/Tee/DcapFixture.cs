using System.Buffers.Binary;
using System.Formats.Asn1;
using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coco.Tee;

namespace Coco.Enclave.Tests.Tee;

/// <summary>A maker of SGX and TDX machines of our own, for quotes and collateral that nobody publishes.</summary>
internal sealed class DcapFixture : IDisposable
{
    public static readonly DateTimeOffset Now = new(2026, 11, 20, 0, 0, 0, TimeSpan.Zero);

    private static readonly byte[] Fmspc = [0x90, 0xC0, 0x6F, 0, 0, 0];
    private static readonly byte[] QeSigner = [.. Enumerable.Repeat((byte)0xD5, 32)];

    private readonly ECDsa _rootKey = NewKey();
    private readonly ECDsa _caKey = NewKey();
    private readonly ECDsa _tcbKey = NewKey();
    private readonly ECDsa _pckKey = NewKey();
    private readonly ECDsa _attestationKey = NewKey();
    private readonly X509Certificate2 _root;
    private readonly X509Certificate2 _ca;
    private readonly X509Certificate2 _tcb;
    private readonly X509Certificate2 _pck;

    private readonly DateTimeOffset _now;

    /// <param name="now">The time that the evidence is for; null: <see cref="Now"/>.</param>
    public DcapFixture(DateTimeOffset? now = null)
    {
        _now = now ?? Now;
        _root = Request("CN=Intel SGX Root CA", _rootKey, isCa: true).CreateSelfSigned(_now.AddYears(-5), _now.AddYears(20));
        _ca = Issue(Request("CN=Intel SGX PCK Platform CA", _caKey, isCa: true), _root, _rootKey, [2]);
        _tcb = Issue(Request("CN=Intel SGX TCB Signing", _tcbKey, isCa: false), _root, _rootKey, [3]);
        CertificateRequest pck = Request("CN=Intel SGX PCK Certificate", _pckKey, isCa: false);
        pck.CertificateExtensions.Add(new X509Extension("1.2.840.113741.1.13.1", PckExtension(), critical: false));
        _pck = Issue(pck, _ca, _caKey, [4]);
        Roots = new VendorRoots { Intel = [.. SHA256.HashData(_root.PublicKey.ExportSubjectPublicKeyInfo())] };
    }

    public VendorRoots Roots { get; }

    public TeePolicy Policy => EvidencePolicyDefaults.Any with { Sgx = new DcapPolicy { Roots = Roots }, Tdx = new DcapPolicy { Roots = Roots } };

    public static byte[] Td10()
    {
        byte[] body = [.. Enumerable.Range(0, TdReport.Size10).Select(place => (byte)place)];
        body.AsSpan(0, 16).Clear();
        (body[0], body[1], body[2]) = (5, 1, 7); // module 1, SVN 5; loader 7
        body.AsSpan(64, 48).Clear(); // MRSIGNERSEAM: Intel's are zero
        body.AsSpan(112, 8).Clear();
        BinaryPrimitives.WriteUInt64LittleEndian(body.AsSpan(120), 1UL << 28);
        return body;
    }

    public static byte[] Td15()
    {
        byte[] body = [.. Td10(), .. new byte[TdReport.Size15 - TdReport.Size10]];
        body.AsSpan(0, 16).CopyTo(body.AsSpan(584));
        return body;
    }

    public static byte[] Enclave()
    {
        byte[] body = [.. Enumerable.Range(0, EnclaveReport.Size).Select(place => (byte)place)];
        body[48] = 0x05;
        return body;
    }

    /// <summary>The extended report of TDX 1.5, of a guest without service TDs and devices.</summary>
    public static byte[] Td15Ex()
    {
        byte[] body = [.. Td15(), .. new byte[TdReport.Size15Ex - TdReport.Size15]];
        body.AsSpan(649, 32).Fill(0xA0); // the guest's identity
        return body;
    }

    /// <summary>The platform's certificate, its CA's and the root's.</summary>
    public byte[][] PlatformCertificates => [_pck.RawData, _ca.RawData, _root.RawData];

    /// <summary>A quote of whatever version about a body; the body's type is written from version 5 on.</summary>
    /// <param name="certification">The type of the certification data: 5 the chain, 4 the platform's certificate, below that its number alone.</param>
    public byte[] Quote(int version, byte[] body, bool isTdx, int type = 0, byte[]? qeAuthData = null, int certification = 5)
    {
        var header = new byte[48];
        (header[0], header[2], header[4]) = ((byte)version, 2, (byte)(isTdx ? 0x81 : 0));
        ((byte[])[0x93, 0x9A, 0x72, 0x33, 0xF7, 0x9C, 0x4C, 0xA9, 0x94, 0x0A, 0x0D, 0xB3, 0x95, 0x7F, 0x06, 0x07]).CopyTo(header, 12);
        byte[] typed = version < 5 ? body : [.. Short(type), .. Word(body.Length), .. body];
        byte[] signed = [.. header, .. typed];
        byte[] key = PublicKey(_attestationKey);
        byte[] auth = qeAuthData ?? new byte[32];
        byte[] qe = QeReport(SHA256.HashData((byte[])[.. key, .. auth]));
        byte[] platform = certification < 4 ? new byte[36] : Encoding.ASCII.GetBytes((certification == 4 ? Pem(_pck) : Pem(_pck, _ca, _root)) + "\0");
        byte[] certified = [.. qe, .. Sign(_pckKey, qe), .. Short(auth.Length), .. auth, .. Short(certification), .. Word(platform.Length), .. platform];
        if (version >= 4) certified = [.. Short(6), .. Word(certified.Length), .. certified];
        byte[] signature = [.. Sign(_attestationKey, signed), .. key, .. certified];
        return [.. signed, .. Word(signature.Length), .. signature];
    }

    /// <summary>Collateral for the machine, with TCB info and QE identity changed before Intel signs them.</summary>
    public byte[] Collateral(bool isTdx, Action<JsonObject>? tcb = null, Action<JsonObject>? qe = null, DateTimeOffset? until = null, byte[]? revoked = null, byte[]? revokedCa = null)
    {
        JsonObject info = TcbInfoOf(isTdx, until ?? _now.AddDays(20));
        JsonObject identity = QeIdentityOf(isTdx, until ?? _now.AddDays(20));
        tcb?.Invoke(info);
        qe?.Invoke(identity);
        return CollateralOf(info.ToJsonString(), identity.ToJsonString(), revoked, revokedCa);
    }

    /// <summary>Collateral with whatever texts, signed as Intel would.</summary>
    /// <param name="isByPlatform">Signed by the platform's key instead, which Intel certified too.</param>
    /// <param name="isRootFirst">Every chain is in the other order.</param>
    public byte[] CollateralOf(string info, string identity, byte[]? revoked = null, byte[]? revokedCa = null, bool isByPlatform = false, bool isRootFirst = false)
    {
        (ECDsa key, X509Certificate2[] signer) = isByPlatform ? (_pckKey, (X509Certificate2[])[_pck, _ca, _root]) : (_tcbKey, [_tcb, _root]);
        X509Certificate2[] issuer = [_ca, _root];
        if (isRootFirst)
        {
            Array.Reverse(signer);
            Array.Reverse(issuer);
        }
        return JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, string>
        {
            ["pck_crl_issuer_chain"] = Pem(issuer),
            ["root_ca_crl"] = Hex(List(_root, _rootKey, revokedCa)),
            ["pck_crl"] = Hex(List(_ca, _caKey, revoked)),
            ["tcb_info_issuer_chain"] = Pem(signer),
            ["tcb_info"] = info,
            ["tcb_info_signature"] = Hex(Sign(key, Encoding.UTF8.GetBytes(info))),
            ["qe_identity_issuer_chain"] = Pem(signer),
            ["qe_identity"] = identity,
            ["qe_identity_signature"] = Hex(Sign(key, Encoding.UTF8.GetBytes(identity))),
            ["added_by"] = "a service of ours",
        });
    }

    public byte[] TcbInfo(bool isTdx) => JsonSerializer.SerializeToUtf8Bytes(TcbInfoOf(isTdx, _now.AddDays(20)));

    public byte[] QeIdentity(bool isTdx) => JsonSerializer.SerializeToUtf8Bytes(QeIdentityOf(isTdx, _now.AddDays(20)));

    /// <summary>Serial numbers of the machine's certificate and of its CA's, for lists.</summary>
    public static byte[] PckSerial => [4];
    public static byte[] CaSerial => [2];

    public EvidenceVerdict Verify(byte[] quote, byte[] collateral, bool isTdx, TeePolicy? policy = null) => (isTdx ? DcapVerifier.Tdx : DcapVerifier.Sgx).Verify(
        new EvidenceBundle().Add(EvidencePart.Report, quote).Add(EvidencePart.Collateral, collateral), policy ?? Policy, _now);

    public void Dispose()
    {
        foreach (IDisposable owned in (IDisposable[])[_root, _ca, _tcb, _pck, _rootKey, _caKey, _tcbKey, _pckKey, _attestationKey]) owned.Dispose();
    }

    private JsonObject TcbInfoOf(bool isTdx, DateTimeOffset until)
    {
        JsonObject Level(int svn, string status, params string[] advisories)
        {
            var level = new JsonObject { ["sgxtcbcomponents"] = Components(svn), ["pcesvn"] = 11 };
            if (isTdx) level["tdxtcbcomponents"] = new JsonArray([.. Enumerable.Range(0, 16).Select(part => new JsonObject { ["svn"] = part == 2 ? svn : 0 })]);
            return new JsonObject { ["tcb"] = level, ["tcbDate"] = "2026-01-01T00:00:00Z", ["tcbStatus"] = status, ["advisoryIDs"] = new JsonArray([.. advisories.Select(id => JsonValue.Create(id))]) };
        }
        var info = new JsonObject
        {
            ["id"] = isTdx ? "TDX" : "SGX",
            ["version"] = 3,
            ["issueDate"] = Text(_now.AddDays(-10)),
            ["nextUpdate"] = Text(until),
            ["fmspc"] = Convert.ToHexString(Fmspc),
            ["pceId"] = "0000",
            ["tcbType"] = 0,
            ["tcbEvaluationDataNumber"] = 20,
            ["tcbLevels"] = new JsonArray(Level(7, "UpToDate"), Level(3, "OutOfDate", "INTEL-SA-00001")),
            ["aFieldOfLater"] = new JsonObject { ["x"] = 1 },
        };
        if (!isTdx) return info;
        info["tdxModule"] = Module(null);
        info["tdxModuleIdentities"] = new JsonArray(Module("TDX_03"), Module("TDX_01"));
        return info;
    }

    private static JsonObject Module(string? id)
    {
        var module = new JsonObject { ["mrsigner"] = new string('0', 96), ["attributes"] = new string('0', 16), ["attributesMask"] = new string('F', 16) };
        if (id is null) return module;
        module["id"] = id;
        module["tcbLevels"] = new JsonArray(ModuleLevel(5, "UpToDate"), ModuleLevel(3, "OutOfDate"), ModuleLevel(1, "Revoked"));
        return module;
    }

    private static JsonObject ModuleLevel(int svn, string status) => new() { ["tcb"] = new JsonObject { ["isvsvn"] = svn }, ["tcbDate"] = "2026-01-01T00:00:00Z", ["tcbStatus"] = status };

    private JsonObject QeIdentityOf(bool isTdx, DateTimeOffset until) => new()
    {
        ["id"] = isTdx ? "TD_QE" : "QE",
        ["version"] = 2,
        ["issueDate"] = Text(_now.AddDays(-10)),
        ["nextUpdate"] = Text(until),
        ["tcbEvaluationDataNumber"] = 20,
        ["miscselect"] = "00000000",
        ["miscselectMask"] = "FFFFFFFF",
        ["attributes"] = "11" + new string('0', 30),
        ["attributesMask"] = "FB" + new string('F', 14) + new string('0', 16),
        ["mrsigner"] = Convert.ToHexString(QeSigner),
        ["isvprodid"] = isTdx ? 2 : 1,
        ["tcbLevels"] = new JsonArray(ModuleLevel(8, "UpToDate"), ModuleLevel(4, "OutOfDate")),
        ["aFieldOfLater"] = true,
    };

    private byte[] QeReport(byte[] reportData)
    {
        var report = new byte[EnclaveReport.Size];
        report[48] = 0x15;
        QeSigner.CopyTo(report, 128);
        (report[256], report[258]) = ((byte)QeProduct, 8);
        reportData.CopyTo(report, 320);
        return report;
    }

    /// <summary>1: SGX's quoting enclave; 2: TDX's.</summary>
    public int QeProduct { get; set; } = 2;

    private static JsonArray Components(int svn) => new([.. Enumerable.Range(0, 16).Select(_ => new JsonObject { ["svn"] = svn, ["category"] = "BIOS" })]);

    private static byte[] PckExtension()
    {
        const string Arc = "1.2.840.113741.1.13.1";
        var writer = new AsnWriter(AsnEncodingRules.DER);
        void Item(string name, Action value)
        {
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(name);
                value();
            }
        }
        using (writer.PushSequence())
        {
            Item(Arc + ".1", () => writer.WriteOctetString(new byte[16]));
            Item(Arc + ".2", () =>
            {
                using (writer.PushSequence())
                {
                    for (int part = 1; part <= 16; part++) Item($"{Arc}.2.{part}", () => writer.WriteInteger(7));
                    Item(Arc + ".2.17", () => writer.WriteInteger(13));
                    Item(Arc + ".2.18", () => writer.WriteOctetString(new byte[16]));
                }
            });
            Item(Arc + ".3", () => writer.WriteOctetString(new byte[2]));
            Item(Arc + ".4", () => writer.WriteOctetString(Fmspc));
            Item(Arc + ".5", () => writer.WriteEnumeratedValue(TcbType.Scalable));
        }
        return writer.Encode();
    }

    private enum TcbType
    {
        Standard,
        Scalable,
    }

    private byte[] List(X509Certificate2 issuer, ECDsa key, byte[]? revoked)
    {
        var builder = new CertificateRevocationListBuilder();
        builder.AddEntry(revoked ?? [99], _now.AddDays(-2));
        return builder.Build(issuer.SubjectName, X509SignatureGenerator.CreateForECDsa(key), 1, _now.AddDays(20), HashAlgorithmName.SHA256,
            X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier((X509SubjectKeyIdentifierExtension)issuer.Extensions["2.5.29.14"]!), _now.AddDays(-10));
    }

    private X509Certificate2 Issue(CertificateRequest request, X509Certificate2 issuer, ECDsa key, byte[] serial) =>
        request.Create(issuer.SubjectName, X509SignatureGenerator.CreateForECDsa(key), _now.AddYears(-1), _now.AddYears(7), serial);

    private static CertificateRequest Request(string name, ECDsa key, bool isCa)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(isCa, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request;
    }

    private static ECDsa NewKey() => ECDsa.Create(ECCurve.NamedCurves.nistP256);

    private static byte[] PublicKey(ECDsa key)
    {
        ECPoint point = key.ExportParameters(false).Q;
        return [.. point.X!, .. point.Y!];
    }

    private static byte[] Sign(ECDsa key, byte[] content) => key.SignData(content, HashAlgorithmName.SHA256);

    private static string Pem(params X509Certificate2[] certificates) => string.Concat(certificates.Select(certificate => certificate.ExportCertificatePem() + "\n"));

    private static string Text(DateTimeOffset time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);

    private static byte[] Short(int value) => [(byte)value, (byte)(value >> 8)];

    private static byte[] Word(int value) => BitConverter.GetBytes(value);
}
