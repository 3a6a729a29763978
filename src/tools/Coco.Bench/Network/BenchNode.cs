namespace Coco.Bench;

/// <summary>One node as the generator sees it. A foreign target has a name and a URL only.</summary>
public sealed record BenchNode(string Name, Uri Rpc)
{
    public Uri? Ws { get; init; }
    public Uri? DevelopmentRpc { get; init; }
    public Uri? Admin { get; init; }
    public string? CaFile { get; init; }
    public int? ManagerPid { get; init; }
    public int? WorkerPid { get; init; }
    public string? LedgerDirectory { get; init; }

    /// <summary>The URL of a transport. Throws when the node does not offer it.</summary>
    public Uri UrlOf(Transport transport) => transport switch
    {
        Transport.Https => Rpc,
        Transport.Http => DevelopmentRpc,
        Transport.Ws => Ws,
        _ => null,
    } ?? throw new BenchFailureException(BenchFailureKind.Missing, $"{Name} offers no {transport.ToString().ToLowerInvariant()} endpoint.");
}
