using System.Collections.Immutable;
using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Governance;

/// <summary>
/// The whole network policy as one document (GOV-1; docs/formats/constitution.md). It changes by accepted proposals alone. Who
/// holds which key now, and who votes in consensus, is <see cref="GovernanceState"/>.
/// </summary>
public sealed record Constitution(
    string Network,
    ImmutableArray<Member> Members,
    ImmutableArray<Participant> Participants,
    ImmutableArray<ListedNode> Nodes,
    CodeManifest CodeManifest,
    TeeManifest TeeManifest,
    VotingPolicy VotingPolicy,
    BatchLimits BatchLimits,
    ConsensusSettings Consensus,
    bool IsSealingAllowed,
    bool IsRejoinAutomatic,
    SubmissionSettings Submission,
    LedgerSettings Ledger)
{
    public SnapshotSettings Snapshots { get; init; } = SnapshotSettings.Default;

    /// <summary>Null: evidence is asked for once, when a VN joins, and holds for good.</summary>
    public LeaseSettings? Leases { get; init; }

    /// <summary>SHA-256 of the canonical bytes: what members compare (constitutionDigest).</summary>
    public Hash256 ComputeDigest() => Sha256.Hash(ToCanonicalBytes());

    public Member? FindMember(string name) => Members.FirstOrDefault(member => member.Name == name);

    public ListedNode? FindNode(string name) => Nodes.FirstOrDefault(node => node.Name == name);

    /// <summary>Of a member or participant; null for others.</summary>
    public MemberCertificate? CertificateOf(string actor) => FindMember(actor)?.Certificate
        ?? Participants.FirstOrDefault(participant => participant.Name == actor)?.Certificate;

    /// <summary>A member or a participant.</summary>
    public bool IsActor(string name) =>
        FindMember(name) is not null || Participants.Any(participant => participant.Name == name);

    /// <summary>The one form that is hashed, signed and recorded: no white space, fields in a fixed order.</summary>
    public byte[] ToCanonicalBytes() => ConstitutionWriter.Write(this, isIndented: false);

    /// <summary>The same document for people.</summary>
    public byte[] ToReadableBytes() => ConstitutionWriter.Write(this, isIndented: true);

    /// <summary>Reads a document in any layout. All that is wrong is in <paramref name="errors"/>; null unless that is empty.</summary>
    public static Constitution? Parse(ReadOnlyMemory<byte> json, out IReadOnlyList<DocumentError> errors)
    {
        var found = new List<DocumentError>();
        Constitution? constitution = DocumentScope.Read(json, Limits.MaxConstitutionSize, found, ConstitutionReader.Read);
        if (constitution is not null) found.AddRange(ConstitutionRules.Check(constitution));
        errors = found;
        return found.Count == 0 ? constitution : null;
    }
}

/// <summary>An organisation that governs: it proposes and votes with the key in its certificate.</summary>
public sealed record Member(string Name, MemberCertificate Certificate);

/// <summary>An organisation that transacts and may run VNs, without a vote.</summary>
public sealed record Participant(string Name, MemberCertificate Certificate);

/// <summary>A VN of the list (NET-5). Its keys change with each incarnation and are in <see cref="GovernanceState.Nodes"/>.</summary>
/// <param name="Owner">The member or participant that runs it.</param>
/// <param name="Address">HOST:PORT where other VNs reach its manager.</param>
/// <param name="ClientAddress">HOST:PORT where clients reach its worker; null: not published.</param>
public sealed record ListedNode(string Name, string Owner, string Address, string? ClientAddress)
{
    /// <summary>
    /// The P-256 point of the operator's key, as hex: it signs the key of each incarnation. Null: whoever runs accepted code on an
    /// accepted platform can take this VN's place.
    /// </summary>
    public string? OperatorKey { get; init; }

    /// <summary>The owner's signature over this entry, base64 (<see cref="OwnerStatement"/>).</summary>
    public string? OwnerSignature { get; init; }
}

/// <summary>The largest batch (CON-4).</summary>
public sealed record BatchLimits(int MaxTransactions, int MaxBytes)
{
    public static BatchLimits Default { get; } = new(10_000, 1024 * 1024);
}

/// <summary>The consensus plug and its times, in milliseconds.</summary>
public sealed record ConsensusSettings(string Plugin, int ElectionTimeoutMs, int HeartbeatMs)
{
    public static ConsensusSettings Default { get; } = new("raft", 1000, 100);
}

/// <param name="HoldMs">How long a submission waits to be committed before its hash alone is the answer.</param>
public sealed record SubmissionSettings(int HoldMs)
{
    public static SubmissionSettings Default { get; } = new(2000);
}

/// <summary>
/// How often the state is written down (STO-4): with the first batch after this many entries, or bytes of log, since the last time.
/// </summary>
public sealed record SnapshotSettings(int Entries, long Bytes)
{
    /// <summary>
    /// A start reads at most this much log, some seconds of work; and a state of a gigabyte is not written more than once for a
    /// quarter as much of log.
    /// </summary>
    public static SnapshotSettings Default { get; } = new(20_000, 256L << 20);
}

/// <summary>How evidence is renewed (TEE-3), in milliseconds of the leader's ticks.</summary>
/// <param name="RenewMs">Each VN gives fresh evidence this often.</param>
/// <param name="DurationMs">One that did not for so long is quarantined.</param>
public sealed record LeaseSettings(long RenewMs, long DurationMs)
{
    /// <summary>An idle network writes one entry in six hours; one that lost a machine notices within a day.</summary>
    public static LeaseSettings Usual { get; } = new(6 * 60 * 60 * 1000, 24 * 60 * 60 * 1000);
}

/// <param name="Settings">The ledger's own JSON object, white space left out, all else as written; only the ledger reads it.</param>
public sealed record LedgerSettings(string Name, ReadOnlyMemory<byte> Settings);
