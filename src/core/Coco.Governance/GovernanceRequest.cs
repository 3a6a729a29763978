using System.Globalization;
using System.Text.Json;
using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Governance;

/// <summary>
/// A member's request before it is signed: canonical JSON {type, networkId, member, createdAt, body}. Prepare with
/// <see cref="ToCanonicalBytes"/>, sign those bytes anywhere (ES256 or ES384), submit both as a <see cref="SignedRequest"/>.
/// </summary>
public sealed record GovernanceRequest(NetworkId Network, string Member, ulong CreatedAtUnixMs, RequestBody Body)
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
    private const string TimeRemedy = "write UTC with milliseconds, such as 2026-11-21T09:30:00.000Z";

    /// <summary>The end of year 9999, the last that the time's form can say.</summary>
    private const ulong MaxUnixMs = 253_402_300_799_999;

    /// <summary>The identity of the proposal that this request opens.</summary>
    public ProposalId ComputeId() => new(Sha256.Hash(ToCanonicalBytes()));

    /// <summary>The bytes to sign.</summary>
    public byte[] ToCanonicalBytes()
    {
        Invariant.Holds(CreatedAtUnixMs <= MaxUnixMs, "a time is before the year 10000");
        return JsonText.Write(Write);
    }

    /// <summary>Reads a request in any layout, for tools; what is recorded is canonical (<see cref="SignedRequest"/>).</summary>
    public static GovernanceRequest? Parse(ReadOnlyMemory<byte> json, out IReadOnlyList<DocumentError> errors)
    {
        var found = new List<DocumentError>();
        GovernanceRequest? request = DocumentScope.Read(json, Limits.MaxRequestSize, found, Read);
        errors = found;
        return request;
    }

    private void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("type", Body switch
        {
            RequestBody.Proposal => "proposal",
            RequestBody.Ballot => "ballot",
            RequestBody.Withdrawal => "withdrawal",
            _ => throw new InvariantException("every request has a type"),
        });
        writer.WriteString("networkId", Network.ToString());
        writer.WriteString("member", Member);
        DateTimeOffset created = DateTimeOffset.FromUnixTimeMilliseconds((long)CreatedAtUnixMs);
        writer.WriteString("createdAt", created.ToString(TimeFormat, CultureInfo.InvariantCulture));
        writer.WriteStartObject("body");
        WriteBody(writer);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private void WriteBody(Utf8JsonWriter writer)
    {
        switch (Body)
        {
            case RequestBody.Proposal proposal:
                writer.WriteStartArray("actions");
                foreach (GovernanceAction action in proposal.Actions) action.Write(writer);
                writer.WriteEndArray();
                break;
            case RequestBody.Ballot ballot:
                writer.WriteString("proposalId", ballot.Id.ToString());
                writer.WriteString("vote", ballot.IsAccepting ? "accept" : "reject");
                break;
            case RequestBody.Withdrawal withdrawal:
                writer.WriteString("proposalId", withdrawal.Id.ToString());
                break;
        }
    }

    private static GovernanceRequest Read(DocumentScope root)
    {
        string type = root.Text("type", 16, "write proposal, ballot or withdrawal");
        var network = new NetworkId(ReadHash(root, "networkId"));
        string member = root.Name("member");
        ulong createdAt = ReadTime(root);
        RequestBody? body = type switch
        {
            "proposal" => root.Object("body", ReadProposal),
            "ballot" => root.Object("body", ReadBallot),
            "withdrawal" => root.Object("body", ReadWithdrawal),
            _ => null,
        };
        if (type is "proposal" or "ballot" or "withdrawal") root.End();
        else root.Fail(root.PathOf("type"), $"is '{type}'", "write proposal, ballot or withdrawal");
        return new GovernanceRequest(network, member, createdAt, body!);
    }

    private static RequestBody ReadProposal(DocumentScope scope)
    {
        List<GovernanceAction?> actions = scope.List("actions", 1, Limits.MaxActions, GovernanceAction.Read);
        scope.End();
        return new RequestBody.Proposal([.. actions!]);
    }

    private static RequestBody ReadBallot(DocumentScope scope)
    {
        var proposal = new ProposalId(ReadHash(scope, "proposalId"));
        string vote = scope.Text("vote", 6, "write accept or reject");
        if (vote is not ("accept" or "reject")) scope.Fail(scope.PathOf("vote"), $"is '{vote}'", "write accept or reject");
        scope.End();
        return new RequestBody.Ballot(proposal, vote == "accept");
    }

    private static RequestBody ReadWithdrawal(DocumentScope scope)
    {
        var proposal = new ProposalId(ReadHash(scope, "proposalId"));
        scope.End();
        return new RequestBody.Withdrawal(proposal);
    }

    private static Hash256 ReadHash(DocumentScope scope, string name)
    {
        const string Remedy = "write 0x and 64 hex digits";
        string text = scope.Text(name, 66, Remedy);
        if (!Hash256.TryParse(text, out Hash256 hash)) scope.Fail(scope.PathOf(name), $"'{text}' is not a hash", Remedy);
        return hash;
    }

    private static ulong ReadTime(DocumentScope scope)
    {
        string text = scope.Text("createdAt", 24, TimeRemedy);
        if (DateTimeOffset.TryParseExact(
                text, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            && time.ToUnixTimeMilliseconds() >= 0)
        {
            return (ulong)time.ToUnixTimeMilliseconds();
        }
        scope.Fail(scope.PathOf("createdAt"), $"'{text}' is not a time", TimeRemedy);
        return 0;
    }
}
