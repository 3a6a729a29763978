using System.Collections.Immutable;
using System.Text.Json;

namespace Coco.Governance;

/// <summary>What a proposal asks for (GOV-5). Applying gives the changed constitution, or says why it cannot be done.</summary>
public abstract record GovernanceAction(string Name)
{
    /// <summary>All names, sorted.</summary>
    public static ImmutableArray<string> Names { get; } =
    [
        "add_member", "add_node", "remove_member", "remove_node",
        "set_batch_limits", "set_code_manifest", "set_tee_manifest", "set_voting_policy",
    ];

    public sealed record AddMember(Member Member) : GovernanceAction("add_member");

    public sealed record RemoveMember(string Member) : GovernanceAction("remove_member");

    public sealed record AddNode(ListedNode Node) : GovernanceAction("add_node");

    public sealed record RemoveNode(string Node) : GovernanceAction("remove_node");

    public sealed record SetVotingPolicy(VotingPolicy Policy) : GovernanceAction("set_voting_policy");

    public sealed record SetBatchLimits(BatchLimits Limits) : GovernanceAction("set_batch_limits");

    public sealed record SetCodeManifest(CodeManifest Manifest) : GovernanceAction("set_code_manifest");

    public sealed record SetTeeManifest(TeeManifest Manifest) : GovernanceAction("set_tee_manifest");

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
            "set_code_manifest" => scope.Object("args", args => new SetCodeManifest(ConstitutionReader.ReadCodeManifest(args))),
            "set_tee_manifest" => scope.Object("args", args => new SetTeeManifest(ConstitutionReader.ReadTeeManifest(args))),
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
            case SetCodeManifest set: ConstitutionWriter.WriteCodeManifest(writer, set.Manifest); break;
            case SetTeeManifest set: ConstitutionWriter.WriteTeeManifest(writer, set.Manifest); break;
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
        _ => throw new Primitives.InvariantException("every action can be applied"),
    };

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
