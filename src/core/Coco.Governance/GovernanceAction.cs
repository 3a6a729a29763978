using System.Collections.Immutable;
using System.Text.Json;

namespace Coco.Governance;

/// <summary>What a proposal asks for (GOV-5). Applying gives the changed constitution, or says why it cannot be done.</summary>
public abstract record GovernanceAction(string Name)
{
    /// <summary>All names, sorted.</summary>
    public static ImmutableArray<string> Names { get; } =
    [
        "add_collateral", "add_measurement", "add_member", "add_node", "remove_member", "remove_node",
        "set_batch_limits", "set_code_manifest", "set_leases", "set_tee_manifest", "set_voting_policy",
    ];

    /// <summary>
    /// Whose content somebody signed whom the constitution trusts already: a publisher, or a vendor whose roots the verifiers hold. These
    /// alone may be accepted without a vote.
    /// </summary>
    public static ImmutableArray<string> Proven { get; } = ["add_collateral", "add_measurement"];

    public sealed record AddMember(Member Member) : GovernanceAction("add_member");

    public sealed record RemoveMember(string Member) : GovernanceAction("remove_member");

    public sealed record AddNode(ListedNode Node) : GovernanceAction("add_node");

    public sealed record RemoveNode(string Node) : GovernanceAction("remove_node");

    public sealed record SetVotingPolicy(VotingPolicy Policy) : GovernanceAction("set_voting_policy");

    public sealed record SetBatchLimits(BatchLimits Limits) : GovernanceAction("set_batch_limits");

    public sealed record SetCodeManifest(CodeManifest Manifest) : GovernanceAction("set_code_manifest");

    public sealed record SetTeeManifest(TeeManifest Manifest) : GovernanceAction("set_tee_manifest");

    /// <summary>A release that a publisher signed may run.</summary>
    public sealed record AddMeasurement(SignedMeasurement Signed) : GovernanceAction("add_measurement");

    /// <summary>A vendor's data, in place of what has its name.</summary>
    public sealed record AddCollateral(Collateral Collateral) : GovernanceAction("add_collateral");

    public sealed record SetLeases(LeaseSettings Leases) : GovernanceAction("set_leases");

    /// <summary>The constitution after the actions in their order; null and the reason where one cannot be done.</summary>
    public static Constitution? ApplyAll(Constitution constitution, ImmutableArray<GovernanceAction> actions, out string? reason)
    {
        foreach (GovernanceAction action in actions)
        {
            reason = action.Obstacle(constitution);
            if (reason is not null) return null;
            constitution = action.ApplyTo(constitution);
        }
        DocumentError? error = ConstitutionRules.Check(constitution).FirstOrDefault();
        reason = error is null ? null : $"afterwards {error}";
        return error is null ? constitution : null;
    }

    internal static GovernanceAction? Read(DocumentScope scope)
    {
        string name = scope.Text("name", Limits.MaxNameLength, $"write one of {string.Join(", ", Names)}");
        GovernanceAction? action = name switch
        {
            "add_member" => scope.Object("args", args => new AddMember(ConstitutionReader.ReadMember(args))),
            "remove_member" => scope.Object("args", args => new RemoveMember(ReadName(args))),
            "add_node" => scope.Object("args", args => new AddNode(ConstitutionReader.ReadNode(args))),
            "remove_node" => scope.Object("args", args => new RemoveNode(ReadName(args))),
            "set_voting_policy" => scope.Object("args", args => new SetVotingPolicy(VotingPolicyJson.Read(args))),
            "set_batch_limits" => scope.Object("args", args => new SetBatchLimits(ConstitutionReader.ReadBatchLimits(args))),
            "set_code_manifest" => scope.Object("args", args => new SetCodeManifest(CodeManifestJson.Read(args))),
            "set_tee_manifest" => scope.Object("args", args => new SetTeeManifest(TeeManifestJson.Read(args))),
            "set_leases" => scope.Object("args", args => new SetLeases(ConstitutionReader.ReadLeases(args))),
            "add_measurement" => scope.Object("args", args => new AddMeasurement(SignedMeasurement.Read(args))),
            "add_collateral" => scope.Object("args", args => new AddCollateral(TeeManifestJson.ReadCollateral(args))),
            _ => null,
        };
        if (!Names.Contains(name))
            scope.Fail(scope.PathOf("name"), $"'{name}' is not an action", $"write one of {string.Join(", ", Names)}");
        else
            scope.End();
        return action;
    }

    internal void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("name", Name);
        writer.WritePropertyName("args");
        switch (this)
        {
            case AddMember add: ConstitutionWriter.WriteMember(writer, add.Member); break;
            case RemoveMember remove: WriteName(writer, remove.Member); break;
            case AddNode add: ConstitutionWriter.WriteNode(writer, add.Node); break;
            case RemoveNode remove: WriteName(writer, remove.Node); break;
            case SetVotingPolicy set: VotingPolicyJson.Write(writer, set.Policy); break;
            case SetBatchLimits set: ConstitutionWriter.WriteBatchLimits(writer, set.Limits); break;
            case SetCodeManifest set: CodeManifestJson.Write(writer, set.Manifest); break;
            case SetTeeManifest set: TeeManifestJson.Write(writer, set.Manifest); break;
            case SetLeases set: ConstitutionWriter.WriteLeases(writer, set.Leases); break;
            case AddMeasurement add: add.Signed.Write(writer); break;
            case AddCollateral add: TeeManifestJson.WriteCollateral(writer, add.Collateral); break;
        }
        writer.WriteEndObject();
    }

    private string? Obstacle(Constitution constitution) => this switch
    {
        AddMember add when constitution.IsActor(add.Member.Name) => $"'{add.Member.Name}' is a member or participant already",
        RemoveMember remove when constitution.FindMember(remove.Member) is null => $"'{remove.Member}' is not a member",
        RemoveMember when constitution.Members.Length == 1 => "the last member cannot be removed: nobody could change anything afterwards",
        RemoveMember remove when constitution.Nodes.FirstOrDefault(node => node.Owner == remove.Member) is { } node =>
            $"'{remove.Member}' still runs the VN '{node.Name}': remove that first, or in the same proposal before",
        AddNode add when constitution.FindNode(add.Node.Name) is not null => $"the VN '{add.Node.Name}' is in the list already",
        AddNode add when !constitution.IsActor(add.Node.Owner) => $"the owner '{add.Node.Owner}' is neither a member nor a participant",
        RemoveNode remove when constitution.FindNode(remove.Node) is null => $"the VN '{remove.Node}' is not in the list",
        RemoveNode when constitution.Nodes.Length == 1 => "the last VN cannot be removed: no quorum could commit anything afterwards",
        AddMeasurement add when constitution.CodeManifest.Accepted(add.Signed.Role).Contains(add.Signed.Measurement) =>
            $"the measurement {add.Signed.Measurement} may run already",
        AddMeasurement add when constitution.CodeManifest.FindPublisher(add.Signed.Publisher) is null =>
            $"'{add.Signed.Publisher}' is not among the publishers",
        AddMeasurement add when add.Signed.Obstacle(constitution.CodeManifest.FindPublisher(add.Signed.Publisher)!) is { } problem =>
            $"the measurement {problem}",
        AddMeasurement when constitution.CodeManifest.Signed.Length >= Limits.MaxMeasurements =>
            $"{Limits.MaxMeasurements} signed measurements are there: leave old ones out by set_code_manifest first",
        AddCollateral add when constitution.TeeManifest.Collateral.Length >= Limits.MaxCollateral
            && constitution.TeeManifest.Collateral.All(known => known.Name != add.Collateral.Name) =>
            $"{Limits.MaxCollateral} documents are there: take the name of one that is to be replaced",
        AddCollateral add when constitution.TeeManifest.Collateral.Any(
            known => known.Name == add.Collateral.Name && known.ExpiresUnixMs >= add.Collateral.ExpiresUnixMs) =>
            $"'{add.Collateral.Name}' as it is expires no sooner",
        _ => null,
    };

    private Constitution ApplyTo(Constitution old) => this switch
    {
        AddMember add => old with { Members = old.Members.Add(add.Member) },
        RemoveMember remove => old with { Members = [.. old.Members.Where(member => member.Name != remove.Member)] },
        AddNode add => old with { Nodes = old.Nodes.Add(add.Node) },
        RemoveNode remove => old with { Nodes = [.. old.Nodes.Where(node => node.Name != remove.Node)] },
        SetVotingPolicy set => old with { VotingPolicy = set.Policy },
        SetBatchLimits set => old with { BatchLimits = set.Limits },
        SetCodeManifest set => old with { CodeManifest = set.Manifest },
        SetTeeManifest set => old with { TeeManifest = set.Manifest },
        SetLeases set => old with { Leases = set.Leases },
        AddMeasurement add => old with { CodeManifest = old.CodeManifest with { Signed = old.CodeManifest.Signed.Add(add.Signed) } },
        AddCollateral add => old with { TeeManifest = old.TeeManifest with { Collateral = Replace(old.TeeManifest.Collateral, add.Collateral) } },
        _ => throw new Primitives.InvariantException("every action can be applied"),
    };

    private static ImmutableArray<Collateral> Replace(ImmutableArray<Collateral> old, Collateral collateral) =>
        [.. old.Where(known => known.Name != collateral.Name), collateral];

    private static string ReadName(DocumentScope scope)
    {
        string name = scope.Name("name");
        scope.End();
        return name;
    }

    private static void WriteName(Utf8JsonWriter writer, string name)
    {
        writer.WriteStartObject();
        writer.WriteString("name", name);
        writer.WriteEndObject();
    }
}
