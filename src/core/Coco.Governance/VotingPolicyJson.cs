using System.Collections.Immutable;
using System.Text.Json;

namespace Coco.Governance;

/// <summary>The JSON form of a voting policy: {"default": RULE, "actions": {"add_member": RULE}}.</summary>
internal static class VotingPolicyJson
{
    private const string Remedy = "write {\"majority\":{}}, {\"unanimity\":{}}, {\"atLeast\":{\"count\":M}} or {\"automatic\":{}}";

    /// <summary>Stands for a policy that could not be read; the error is recorded.</summary>
    public static VotingPolicy Missing { get; } = new(new VoteRule.Unanimity(), []);

    public static VotingPolicy Read(DocumentScope scope)
    {
        VoteRule usual = scope.Object("default", ReadRule) ?? Missing.Default;
        ImmutableArray<ActionRule> actions = [];
        if (scope.Has("actions")) actions = scope.Object("actions", ReadActions)?.Actions ?? [];
        else scope.OptionalText("actions", 0, "");
        scope.End();
        return new VotingPolicy(usual, actions);
    }

    public static void Write(Utf8JsonWriter writer, VotingPolicy policy)
    {
        writer.WriteStartObject();
        writer.WritePropertyName("default");
        WriteRule(writer, policy.Default);
        writer.WriteStartObject("actions");
        foreach (ActionRule own in policy.Actions)
        {
            writer.WritePropertyName(own.Action);
            WriteRule(writer, own.Rule);
        }
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static VotingPolicy ReadActions(DocumentScope scope)
    {
        var rules = new List<ActionRule>();
        foreach ((string name, DocumentScope value) in scope.Fields())
        {
            if (!GovernanceAction.Names.Contains(name))
                scope.Fail(scope.PathOf(name), "is not an action", $"the actions are {string.Join(", ", GovernanceAction.Names)}");
            rules.Add(new ActionRule(name, ReadRule(value)));
        }
        return new VotingPolicy(Missing.Default, [.. rules.OrderBy(rule => rule.Action, StringComparer.Ordinal)]);
    }

    private static VoteRule ReadRule(DocumentScope scope)
    {
        string? kind = scope.OnlyField(Remedy);
        switch (kind)
        {
            case "majority":
                return ReadPlain(scope, kind, new VoteRule.Majority());
            case "unanimity":
                return ReadPlain(scope, kind, new VoteRule.Unanimity());
            case "automatic":
                return ReadPlain(scope, kind, new VoteRule.Automatic());
            case "atLeast":
                return scope.Object(kind, ReadAtLeast) ?? Missing.Default;
            default:
                if (kind is not null) scope.Fail(scope.PathOf(kind), "is not a rule", Remedy);
                return Missing.Default;
        }
    }

    private static VoteRule ReadPlain(DocumentScope scope, string kind, VoteRule rule)
    {
        scope.Object(kind, inner =>
        {
            inner.End();
            return inner;
        });
        return rule;
    }

    private static VoteRule ReadAtLeast(DocumentScope scope)
    {
        var rule = new VoteRule.AtLeast((int)scope.Integer("count", 1, Limits.MaxMembers));
        scope.End();
        return rule;
    }

    private static void WriteRule(Utf8JsonWriter writer, VoteRule rule)
    {
        (string name, int? count) = rule switch
        {
            VoteRule.Majority => ("majority", (int?)null),
            VoteRule.Unanimity => ("unanimity", null),
            VoteRule.Automatic => ("automatic", null),
            VoteRule.AtLeast atLeast => ("atLeast", atLeast.Count),
            _ => throw new Primitives.InvariantException("every rule has a JSON form"),
        };
        writer.WriteStartObject();
        writer.WriteStartObject(name);
        if (count is { } value) writer.WriteNumber("count", value);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
