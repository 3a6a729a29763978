using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Coco.Client;
using Coco.Tee;

namespace Coco.Conformance;

/// <summary>A case as the verifiers take it: which files are evidence, and the policy.</summary>
public sealed class EvidenceTrial
{
    /// <summary>Who signs the statements about Microsoft's container VMs; its root's digest is in the name.</summary>
    private const string ContainerPlatform = "did:x509:0:sha256:I__iuL25oXEVFdTP_aBLx_eT1RPHbCQ_ECBQfYZpt9s::eku:1.3.6.1.4.1.311.76.59.1.2";

    /// <summary>Expectations that are about other files than the evidence; the runner turns them into policy.</summary>
    private static readonly string[] PolicyOfFiles = ["host_data_is_sha256_of", "measurement_endorsed_by"];

    private static readonly string[] NotEvidence = ["root", "aik_ca", "bound", "nonce"];

    private readonly EvidenceCase _case;

    private EvidenceTrial(EvidenceCase @case, TeePolicy policy) => (_case, Policy) = (@case, policy);

    public TeePolicy Policy { get; private set; }

    /// <summary>The roles whose bytes a stranger hands over, in a fixed order.</summary>
    public IReadOnlyList<string> EvidenceRoles => [.. _case.Files.Keys.Where(role => !NotEvidence.Contains(role)).Order(StringComparer.Ordinal)];

    /// <summary>Throws <see cref="InvalidDataException"/> where the policy asks for what is not known here.</summary>
    public static EvidenceTrial From(EvidenceCase @case)
    {
        TeePolicy policy = @case.Policy is { } asked ? EvidencePolicyFile.Read(Without(asked, PolicyOfFiles)) : EvidencePolicyFile.Default;
        var trial = new EvidenceTrial(@case, policy);
        if (@case.Policy is { } files) trial.AddPolicyOfFiles(files);
        trial.AddExpectations();
        return trial;
    }

    /// <summary>Verifies with one role's bytes replaced; null: none.</summary>
    public EvidenceReport Verify(string? replaced = null, byte[]? bytes = null)
    {
        var files = new List<byte[]>();
        foreach (string role in EvidenceRoles) files.Add(role == replaced ? bytes! : _case.Files[role]);
        if (_case.Policy?.Field("measurement_endorsed_by") is { } endorsement) files.Add(_case.Open(endorsement.GetString()!));
        try
        {
            return EvidenceReport.Verify(EvidenceFiles.Read(files), Policy, _case.Time);
        }
        catch (UnknownEvidenceException unknown)
        {
            return new EvidenceReport("", [], false, EvidenceCheck.Format, unknown.Message, []);
        }
    }

    private void AddPolicyOfFiles(JsonElement files)
    {
        if (files.Field("host_data_is_sha256_of") is { } source)
        {
            byte[] content = Convert.FromBase64String(Encoding.ASCII.GetString(_case.Open(source.GetString()!)).Trim());
            Policy = Policy with { SevSnp = Policy.SevSnp with { HostData = [.. SHA256.HashData(content)] } };
        }
        if (files.Field("measurement_endorsed_by") is not null)
            Policy = Policy with { SevSnp = Policy.SevSnp with { Endorsers = [new SnpEndorser(ContainerPlatform, "ContainerPlat-AMD-UVM", 0)] } };
    }

    private void AddExpectations()
    {
        if (_case.Nonce is { } nonce) Policy = Policy with { Azure = Policy.Azure with { Nonce = [.. Encoding.ASCII.GetBytes(nonce)] } };
        // Without collateral such a case asks for the binding alone (README of the cases).
        if (_case.Kind == "azure-hcl" && !_case.Files.ContainsKey("collateral")) Policy = Policy with { Tdx = Policy.Tdx with { IsCollateralRequired = false } };
        if (_case.Files.TryGetValue("aik_ca", out byte[]? root)) Policy = Policy with { Vbs = Policy.Vbs with { AttestationRoots = [root] } };
        if (_case.Files.TryGetValue("nonce", out byte[]? asked)) Policy = Policy with { Vbs = Policy.Vbs with { Nonce = [.. asked] } };
        if (_case.Files.TryGetValue("bound", out byte[]? bound)) Policy = Policy with { ReportData = [.. SHA512.HashData(bound)] };
        if (_case.Kind == "vbs-boot-log") TrustLogsKey();
    }

    /// <summary>A boot log alone comes with a bare key, in the older bank: the case is about the log.</summary>
    private void TrustLogsKey()
    {
        EvidenceBundle bundle = EvidenceFiles.ReadBundle([_case.Files["log"]]);
        string key = Convert.ToHexStringLower(SHA256.HashData(bundle.Get(EvidencePart.TpmPublicKey).Span));
        Policy = Policy with { Vbs = Policy.Vbs with { AttestationKeys = [key], IsSha1Allowed = true } };
    }

    private static JsonElement Without(JsonElement policy, string[] names)
    {
        Dictionary<string, JsonElement> rest = policy.EnumerateObject().Where(field => !names.Contains(field.Name)).ToDictionary(field => field.Name, field => field.Value);
        return JsonSerializer.SerializeToElement(rest);
    }
}
