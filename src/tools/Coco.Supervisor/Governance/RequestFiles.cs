using System.Text;
using System.Text.Json;
using Coco.Governance;
using Coco.Primitives;

namespace Coco.Supervisor;

/// <summary>
/// Requests between prepare, sign and submit. A prepared one is a file with exactly the bytes to sign, so that any tool can sign
/// it; a signed one is JSON {request, signature, fingerprint}.
/// </summary>
public static class RequestFiles
{
    /// <summary>Composes the request that a member makes; actions are JSON {name, args}.</summary>
    public static GovernanceRequest Propose(NetworkId network, string member, IEnumerable<string> actions) =>
        Parse(Encoding.UTF8.GetBytes(Text(network, member, "proposal", $"{{\"actions\":[{string.Join(',', actions)}]}}")), "The proposal");

    public static GovernanceRequest Vote(NetworkId network, string member, string proposal, bool isAccepting) => Parse(
        Encoding.UTF8.GetBytes(Text(
            network, member, "ballot", JsonSerializer.Serialize(new { proposalId = proposal, vote = isAccepting ? "accept" : "reject" }))),
        "The ballot");

    public static GovernanceRequest Withdraw(NetworkId network, string member, string proposal) =>
        Parse(Encoding.UTF8.GetBytes(Text(network, member, "withdrawal", JsonSerializer.Serialize(new { proposalId = proposal }))), "The withdrawal");

    /// <summary>The actions of a file: one {name, args} or a list of them, each as JSON.</summary>
    public static IReadOnlyList<string> ReadActions(string file)
    {
        if (!File.Exists(file)) throw new SupervisorException($"There is no file {file}.", isMissing: true);
        try
        {
            using JsonDocument document = JsonDocument.Parse(File.ReadAllBytes(file));
            return document.RootElement.ValueKind == JsonValueKind.Array
                ? [.. document.RootElement.EnumerateArray().Select(action => action.GetRawText())] : [document.RootElement.GetRawText()];
        }
        catch (JsonException wrong)
        {
            throw new SupervisorException($"{file} is not JSON: {wrong.Message}");
        }
    }

    /// <summary>The bytes to sign, as they are; throws where they are no canonical request.</summary>
    public static ReadOnlyMemory<byte> ReadPrepared(string file)
    {
        if (!File.Exists(file)) throw new SupervisorException($"There is no file {file}.", isMissing: true);
        byte[] bytes = File.ReadAllBytes(file);
        return Parse(bytes, file).ToCanonicalBytes().AsSpan().SequenceEqual(bytes) ? bytes
            : throw new SupervisorException($"{file} is not canonical JSON: prepare it with this program and leave it as it is.");
    }

    public static void WriteSigned(string file, SignedRequest signed) => SupervisorJson.WriteFile(
        file,
        new SignedFile(
            Encoding.UTF8.GetString(signed.Request.Span), "0x" + Convert.ToHexStringLower(signed.Signature.Span), signed.Fingerprint.ToString()));

    public static SignedRequest ReadSigned(string file)
    {
        if (!File.Exists(file)) throw new SupervisorException($"There is no file {file}.", isMissing: true);
        try
        {
            SignedFile read = JsonSerializer.Deserialize<SignedFile>(File.ReadAllBytes(file), SupervisorJson.Options)!;
            if (Hash256.TryParse(read.Fingerprint, out Hash256 fingerprint) && read.Signature.StartsWith("0x", StringComparison.Ordinal))
                return new SignedRequest(Encoding.UTF8.GetBytes(read.Request), Convert.FromHexString(read.Signature.AsSpan(2)), fingerprint);
        }
        catch (Exception wrong) when (wrong is JsonException or FormatException)
        {
            throw new SupervisorException($"{file} is not a signed request: {wrong.Message}");
        }
        throw new SupervisorException($"{file} is not a signed request: signature and fingerprint are 0x hex.");
    }

    private static GovernanceRequest Parse(ReadOnlyMemory<byte> json, string what) =>
        GovernanceRequest.Parse(json, out IReadOnlyList<DocumentError> errors)
            ?? throw new SupervisorException($"{what} is not valid: {string.Join("; ", errors)}");

    private static string Text(NetworkId network, string member, string type, string body) => JsonSerializer.Serialize(new
    {
        type,
        networkId = network.ToString(),
        member,
        createdAt = DateTimeOffset.UtcNow.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", System.Globalization.CultureInfo.InvariantCulture),
        body = JsonDocument.Parse(body).RootElement,
    });

    private sealed record SignedFile(string Request, string Signature, string Fingerprint);
}
