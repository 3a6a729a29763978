namespace Coco.Log;

/// <summary>What an entry is. On disk for ever: add at the end, never renumber.</summary>
public enum EntryKind : byte
{
    /// <summary>The first entry: the constitution that founds the network, or that a recovered network goes on from.</summary>
    Genesis = 1,

    /// <summary>A new leader's first entry in its term (Raft 8).</summary>
    Election = 2,

    /// <summary>A batch of the application ledger; its public part is a <see cref="BatchPublicPart"/>.</summary>
    Batch = 3,

    /// <summary>Proposals, ballots, acknowledgements and what they decided (GOV-3).</summary>
    Governance = 4,

    /// <summary>Who takes part from here on.</summary>
    Configuration = 5,

    /// <summary>A <see cref="QuorumCertificate"/> (CON-5).</summary>
    Signatures = 6,

    /// <summary>The digest of a snapshot; usable once it is committed (STO-4).</summary>
    SnapshotDigest = 7,

    /// <summary>A new session key, encrypted to the network key (KEY-1, KEY-2).</summary>
    Epoch = 8,
}
