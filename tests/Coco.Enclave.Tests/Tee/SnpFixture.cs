using System.Buffers.Binary;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Coco.Tee;

namespace Coco.Enclave.Tests.Tee;

/// <summary>A maker of processors of our own, for reports that nobody publishes: versions 4 and 5, Turin, revoked intermediates.</summary>
internal sealed class SnpFixture : IDisposable
{
    public static readonly DateTimeOffset Now = new(2026, 11, 20, 0, 0, 0, TimeSpan.Zero);
    public static readonly byte[] TurinTcb = [1, 2, 0, 4, 0, 0, 0, 0x47];
    public static readonly byte[] Chip = [1, 2, 3, 4, 5, 6, 7, 8];

    private readonly RSA _rootKey = RSA.Create(2048);
    private readonly RSA _intermediateKey = RSA.Create(2048);
    private readonly ECDsa _chipKey = ECDsa.Create(ECCurve.NamedCurves.nistP384);
    private readonly X509Certificate2 _root;
    private readonly X509Certificate2 _intermediate;

    private readonly DateTimeOffset _now;

    /// <param name="now">The time that the evidence is for; null: <see cref="Now"/>.</param>
    public SnpFixture(DateTimeOffset? now = null)
    {
        _now = now ?? Now;
        _root = Request("CN=ARK-Turin", _rootKey).CreateSelfSigned(_now.AddYears(-1), _now.AddYears(10));
        using X509Certificate2 bare = Request("CN=SEV-Turin", _intermediateKey).Create(_root.SubjectName, X509SignatureGenerator.CreateForRSA(_rootKey, RSASignaturePadding.Pss), _now.AddYears(-1), _now.AddYears(9), [7, 7]);
        _intermediate = bare.CopyWithPrivateKey(_intermediateKey);
        Roots = new VendorRoots { Turin = [.. SHA256.HashData(_root.PublicKey.ExportSubjectPublicKeyInfo())] };
    }

    public VendorRoots Roots { get; }

    public X509Certificate2 Root => _root;

    public TeePolicy Policy => new(["sev-snp"], [], false, 0) { IsAnyMeasurementAccepted = true, SevSnp = new SevSnpPolicy { Roots = Roots } };

    public byte[] Vcek(byte[]? tcb = null, byte[]? hardwareId = null, string product = "Turin", string? cspId = null)
    {
        byte[] svns = tcb ?? TurinTcb;
        var request = new CertificateRequest("CN=SEV-VCEK", _chipKey, HashAlgorithmName.SHA384);
        Add(request, "1", Number(1));
        Add(request, "2", Text(product));
        foreach ((string arc, byte value) in new[] { ("3.9", svns[0]), ("3.1", svns[1]), ("3.2", svns[2]), ("3.3", svns[3]), ("3.8", svns[7]) }) Add(request, arc, Number(value));
        if (cspId is null) Add(request, "4", hardwareId ?? Chip);
        else Add(request, "5", Text(cspId));
        using X509Certificate2 made = request.Create(_intermediate.SubjectName, X509SignatureGenerator.CreateForRSA(_intermediateKey, RSASignaturePadding.Pss), _now.AddMonths(-1), _now.AddYears(7), [9]);
        return made.RawData;
    }

    /// <summary>A report of version 5 from a Turin, all fields good, then changed.</summary>
    public byte[] Report(Action<byte[]>? change = null)
    {
        var report = new byte[SnpReport.Size];
        report[0] = 5;
        BinaryPrimitives.WriteUInt64LittleEndian(report.AsSpan(8), 0x30000);
        report[0x34] = 1;
        for (int place = 0x50; place < 0x110; place++) report[place] = (byte)place;
        report.AsSpan(0x160, 32).Fill(0xFF);
        foreach (int place in new[] { 0x38, 0x180, 0x1E0, 0x1F0 }) TurinTcb.CopyTo(report, place);
        (report[0x188], report[0x189], report[0x18A]) = (0x1A, 0x02, 1);
        Chip.CopyTo(report, 0x1A0);
        change?.Invoke(report);
        byte[] signature = _chipKey.SignData(report.AsSpan(0, SnpReport.SignedSize), HashAlgorithmName.SHA384);
        signature.AsSpan(0, 48).Reverse();
        signature.AsSpan(48, 48).Reverse();
        signature.AsSpan(0, 48).CopyTo(report.AsSpan(SnpReport.SignedSize));
        signature.AsSpan(48, 48).CopyTo(report.AsSpan(SnpReport.SignedSize + SnpReport.SignatureNumberSize));
        return report;
    }

    public EvidenceBundle Bundle(byte[] report, byte[]? vcek = null) => new EvidenceBundle()
        .Add(EvidencePart.Report, report).Add(EvidencePart.Certificate, vcek ?? Vcek())
        .Add(EvidencePart.Certificate, _intermediate.RawData).Add(EvidencePart.Certificate, _root.RawData);

    /// <summary>A list of the root's that holds the intermediate or something else.</summary>
    public byte[] List(bool isRevoked, DateTimeOffset? until = null, bool isOfIntermediate = false)
    {
        var builder = new CertificateRevocationListBuilder();
        builder.AddEntry(isRevoked ? _intermediate.SerialNumberBytes.Span : [1, 2, 3], _now.AddDays(-2));
        X509Certificate2 issuer = isOfIntermediate ? _intermediate : _root;
        DateTimeOffset end = until ?? _now.AddDays(30);
        return builder.Build(issuer.SubjectName, X509SignatureGenerator.CreateForRSA(isOfIntermediate ? _intermediateKey : _rootKey, RSASignaturePadding.Pss), 1, end, HashAlgorithmName.SHA384,
            X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier((X509SubjectKeyIdentifierExtension)issuer.Extensions["2.5.29.14"]!), _now.AddDays(-60));
    }

    public void Dispose()
    {
        _root.Dispose();
        _intermediate.Dispose();
        _rootKey.Dispose();
        _intermediateKey.Dispose();
        _chipKey.Dispose();
    }

    private static CertificateRequest Request(string name, RSA key)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA384, RSASignaturePadding.Pss);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request;
    }

    private static void Add(CertificateRequest request, string arc, byte[] value) =>
        request.CertificateExtensions.Add(new X509Extension("1.3.6.1.4.1.3704.1." + arc, value, critical: false));

    private static byte[] Number(int value)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.WriteInteger(value);
        return writer.Encode();
    }

    private static byte[] Text(string value)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.WriteCharacterString(UniversalTagNumber.IA5String, value);
        return writer.Encode();
    }
}
