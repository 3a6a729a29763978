namespace Coco.Governance;

/// <summary>What is wrong in a JSON document: where (a JSON path such as <c>$.members[2].name</c>), what, and what would be right.</summary>
public sealed record DocumentError(string Path, string Problem, string Remedy)
{
    public override string ToString() => $"{Path}: {Problem}; {Remedy}";
}
