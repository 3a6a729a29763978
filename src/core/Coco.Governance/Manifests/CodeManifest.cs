using System.Collections.Immutable;

namespace Coco.Governance;

/// <summary>
/// Which measurements may run (TEE-2), each as lower-case hex of 32 to 64 bytes. A ledger is code of the worker that holds it, so
/// that the worker's measurement names the ledger's version too.
/// </summary>
public sealed record CodeManifest(ImmutableArray<string> Manager, ImmutableArray<string> Worker)
{
    /// <summary>Who may sign further measurements.</summary>
    public ImmutableArray<Publisher> Publishers { get; init; } = [];

    /// <summary>What they signed and a member brought in; each carries its own proof.</summary>
    public ImmutableArray<SignedMeasurement> Signed { get; init; } = [];

    public Publisher? FindPublisher(string name) => Publishers.FirstOrDefault(publisher => publisher.Name == name);

    /// <summary>All that may run in this role, listed or signed.</summary>
    public ImmutableArray<string> Accepted(CodeRole role) =>
    [
        .. role == CodeRole.Manager ? Manager : Worker,
        .. Signed.Where(signed => signed.Role == role).Select(signed => signed.Measurement),
    ];
}

/// <summary>Which of a VN's programs.</summary>
public enum CodeRole : byte
{
    Manager = 1,
    Worker,
}

/// <summary>Whoever builds releases: measurements that it signs are accepted without a vote on each.</summary>
/// <param name="Certificate">Its key; as for members, neither the issuer nor the dates count.</param>
/// <param name="Roles">For which it may sign.</param>
/// <param name="MinVersion">Older releases are accepted no more: raise it when one has a known weakness.</param>
public sealed record Publisher(string Name, MemberCertificate Certificate, ImmutableArray<CodeRole> Roles, long MinVersion);
