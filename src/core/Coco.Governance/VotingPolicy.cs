using System.Collections.Immutable;

namespace Coco.Governance;

/// <summary>Which rule must hold for an action: its own one, otherwise the default.</summary>
/// <param name="Actions">By the action's name, each once, sorted by name.</param>
public sealed record VotingPolicy(VoteRule Default, ImmutableArray<ActionRule> Actions)
{
    public VoteRule RuleFor(string action)
    {
        foreach (ActionRule own in Actions)
        {
            if (own.Action == action) return own.Rule;
        }
        return Default;
    }
}

/// <summary>The rule for one action.</summary>
public sealed record ActionRule(string Action, VoteRule Rule);
