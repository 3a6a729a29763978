using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Coco.Client;
using Coco.Tee;

namespace Coco.Enclave.Tests.Tee;

/// <summary>Evidence of real machines that the vectors do not have (tests/data/evidence), in every form in which it is handed around.</summary>
public sealed class RealEvidenceTests
{
    private static readonly DateTimeOffset Then = new(2025, 12, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly byte[] Report = Sample("snp-turin-v5/report.bin");
    private static readonly byte[] Vcek = Sample("snp-turin-v5/vcek.der");
    private static readonly byte[] Azure = Sample("azure-snp-milan-v2/evidence.json");

    [Fact]
    public void A_Turin_with_a_report_of_version_5_is_accepted_under_AMDs_root()
    {
        EvidenceReport report = Verify(Report, Vcek);
        Assert.True(report.Holds, report.Reason);
        Assert.Equal("Turin", report.Claims["product"]);
        Assert.Equal("fmc 0, bl 1, tee 0, snp 2, ucode 71", report.Claims["tcb"]);
        Assert.Equal(EvidenceCheck.Chain, EvidenceReport.Verify(EvidenceFiles.Read([Report, Vcek]), EvidencePolicyFile.Default, new DateTimeOffset(2033, 1, 1, 0, 0, 0, TimeSpan.Zero)).Check);
        TeePolicy newer = EvidencePolicyFile.Read("""{"minTcb":"0001000300000047"}"""u8.ToArray());
        Assert.Equal(EvidenceCheck.Tcb, EvidenceReport.Verify(EvidenceFiles.Read([Report, Vcek]), newer, Then).Check);
    }

    [Fact]
    public void No_changed_byte_of_it_is_accepted()
    {
        for (int place = 0; place < Report.Length; place++)
        {
            byte[] changed = [.. Report];
            changed[place] ^= (byte)(1 << (place % 8));
            Assert.False(Accepts(changed, Vcek), $"byte {place} may be anything");
        }
    }

    [Fact]
    public void Reports_are_read_as_hex_and_base64_in_lines_of_any_length_and_in_no_second_spelling()
    {
        string hex = Convert.ToHexStringLower(Report), base64 = Convert.ToBase64String(Report);
        foreach (string text in (string[])[hex, hex.ToUpperInvariant() + "\n", "0x" + hex, Lines(hex, 60), base64, Lines(base64, 76), base64.Replace('+', '-').Replace('/', '_').TrimEnd('=')])
            Assert.True(Verify(Encoding.ASCII.GetBytes(text), Vcek).Holds, text[..20]);
        foreach (string text in (string[])[hex[..1000].ToUpperInvariant() + hex[1000..], hex[1..], " " + hex, hex + " ", "[" + hex + "]"])
            Assert.Throws<UnknownEvidenceException>(() => EvidenceFiles.Read([Encoding.ASCII.GetBytes(text), Vcek]));
    }

    [Fact]
    public void The_table_of_certificates_that_a_host_gives_is_read_by_itself_and_behind_the_report()
    {
        byte[] entry = [.. new Guid("63da758d-e664-4564-adc5-f4b93be8accd").ToByteArray(), 48, 0, 0, 0, .. BitConverter.GetBytes(Vcek.Length)];
        byte[] table = [.. entry, .. new byte[24], .. Vcek, .. new byte[100]];
        Assert.True(Verify(Report, table).Holds);
        Assert.True(Verify([.. Report, .. table]).Holds);
        table[20] ^= 0xFF;
        table[22] = 0xFF;
        Assert.Throws<UnknownEvidenceException>(() => EvidenceFiles.Read([Report, table]));
    }

    [Fact]
    public void Evidence_of_Azure_is_read_in_all_versions_of_its_JSON()
    {
        EvidenceReport second = Verify(Azure);
        Assert.True(second.Holds, second.Reason);
        Assert.Equal("azure-sev-snp", second.Platform);
        Assert.StartsWith("0x982f5c6e45df0ed3", Assert.IsType<string>(second.Claims["reportData"]), StringComparison.Ordinal);
        JsonObject json = JsonNode.Parse(Azure)!.AsObject();
        json["version"] = 1;
        Assert.Equal(second.Claims, Verify(JsonSerializer.SerializeToUtf8Bytes(json)).Claims);
        Assert.Equal(second.Claims, Verify(InNumbers(json)).Claims);
        json["version"] = 3;
        Assert.Throws<UnknownEvidenceException>(() => EvidenceFiles.Read([JsonSerializer.SerializeToUtf8Bytes(json)]));
        TeePolicy nonce = EvidencePolicyFile.Read("""{"nonce":"982f5c6e45df0ed3f10b6f60b02f0c8390e281300f3805e2279c16168cd6ae9aa398f647caa2338748cd0fd9f5f819ef"}"""u8.ToArray());
        Assert.True(EvidenceReport.Verify(EvidenceFiles.Read([Azure]), nonce, Then).Holds);
        TeePolicy other = EvidencePolicyFile.Read("""{"nonce":"982f"}"""u8.ToArray());
        Assert.Equal(EvidenceCheck.Nonce, EvidenceReport.Verify(EvidenceFiles.Read([Azure]), other, Then).Check);
    }

    /// <summary>As it was before version 1: arrays of numbers, other names, the certificate as PEM.</summary>
    private static byte[] InNumbers(JsonObject json)
    {
        static JsonArray Numbers(byte[] bytes) => new([.. bytes.Select(one => (JsonNode)(int)one)]);
        static byte[] Base64(JsonNode? text) => System.Buffers.Text.Base64Url.DecodeFromChars(text!.GetValue<string>());
        JsonObject quote = json["tpm_quote"]!.AsObject();
        return JsonSerializer.SerializeToUtf8Bytes(new JsonObject
        {
            ["quote"] = new JsonObject
            {
                ["message"] = Numbers(Convert.FromHexString(quote["message"]!.GetValue<string>())),
                ["signature"] = Numbers(Convert.FromHexString(quote["signature"]!.GetValue<string>())),
                ["pcrs"] = new JsonArray([.. quote["pcrs"]!.AsArray().Select(pcr => Numbers(Convert.FromHexString(pcr!.GetValue<string>())))]),
            },
            ["report"] = Numbers(Base64(json["hcl_report"])),
            ["vcek"] = System.Security.Cryptography.PemEncoding.WriteString("CERTIFICATE", Base64(json["vcek"])) + "\n",
        });
    }

    private static EvidenceReport Verify(params byte[][] files) => EvidenceReport.Verify(EvidenceFiles.Read(files), EvidencePolicyFile.Default, Then);

    private static bool Accepts(params byte[][] files)
    {
        try
        {
            return Verify(files).Holds == true;
        }
        catch (UnknownEvidenceException)
        {
            return false;
        }
    }

    private static string Lines(string text, int width) => string.Concat(text.Chunk(width).Select(line => new string(line) + "\n"));

    internal static byte[] Sample(string name)
    {
        string root = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(root, "Coco.slnx"))) root = Path.GetDirectoryName(root)!;
        return File.ReadAllBytes(Path.Combine(root, "tests", "data", "evidence", name));
    }
}
