using System.Collections.Immutable;

namespace Coco.Governance;

/// <summary>
/// A rule of the voting policy as an expression: a leaf here, and later all, any, not and weights (GOV-2). In JSON an object
/// with one field that names the rule. Every rule is monotone: one more accepting member never turns yes into no.
/// </summary>
public abstract record VoteRule
{
    /// <summary>Enough members accept. <paramref name="accepting"/> are names of <paramref name="members"/>, each once.</summary>
    public abstract bool Holds(ImmutableArray<string> accepting, ImmutableArray<Member> members);

    /// <summary>More than half of the members.</summary>
    public sealed record Majority : VoteRule
    {
        public override bool Holds(ImmutableArray<string> accepting, ImmutableArray<Member> members) =>
            accepting.Length * 2 > members.Length;
    }

    /// <summary>Every member.</summary>
    public sealed record Unanimity : VoteRule
    {
        public override bool Holds(ImmutableArray<string> accepting, ImmutableArray<Member> members) =>
            accepting.Length == members.Length;
    }

    /// <summary>M of N, for any N; one of N where <paramref name="Count"/> is 1.</summary>
    public sealed record AtLeast(int Count) : VoteRule
    {
        public override bool Holds(ImmutableArray<string> accepting, ImmutableArray<Member> members) => accepting.Length >= Count;
    }

    /// <summary>Nobody need accept: the action carries a proof by somebody whom the constitution trusts.</summary>
    public sealed record Automatic : VoteRule
    {
        public override bool Holds(ImmutableArray<string> accepting, ImmutableArray<Member> members) => true;
    }

    /// <summary>It would hold if every member accepted.</summary>
    public bool IsReachable(ImmutableArray<Member> members) => Holds([.. members.Select(member => member.Name)], members);
}
