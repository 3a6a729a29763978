using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Governance;

/// <summary>The canonical bytes of governance entries: version, kind, time, membership, then what the kind has.</summary>
public static class GovernanceEntryCodec
{
    private const byte Version = 2;

    private enum Kind : byte { Genesis = 1, Request, NodeAdmitted, NodeRetired, MembershipChanged, LeasesRenewed, LeasesEnded }

    public static byte[] Encode(GovernanceEntry entry)
    {
        var writer = new ByteWriter();
        Encode(entry, writer);
        return writer.ToArray();
    }

    public static void Encode(GovernanceEntry entry, ByteWriter writer)
    {
        writer.WriteByte(Version);
        writer.WriteByte((byte)KindOf(entry));
        writer.WriteUInt64(entry.UnixMs);
        writer.WriteByte(entry.Membership is null ? (byte)0 : (byte)1);
        entry.Membership?.Encode(writer);
        switch (entry)
        {
            case GovernanceEntry.Genesis genesis:
                writer.WriteBytes(genesis.Constitution.Span);
                WriteNode(writer, genesis.Node, genesis.PublicKey, genesis.Evidence, genesis.OperatorSignature);
                break;
            case GovernanceEntry.Request request:
                request.Signed.Encode(writer);
                break;
            case GovernanceEntry.NodeAdmitted admitted:
                writer.WriteUInt64(admitted.Id.Value);
                writer.WriteUInt64(admitted.Replaces?.Value ?? 0);
                WriteNode(writer, admitted.Node, admitted.PublicKey, admitted.Evidence, admitted.OperatorSignature);
                break;
            case GovernanceEntry.NodeRetired retired:
                writer.WriteUInt64(retired.Id.Value);
                break;
            case GovernanceEntry.LeasesRenewed renewed:
                writer.WriteUInt16((ushort)renewed.Renewals.Length);
                foreach (Renewal renewal in renewed.Renewals) WriteRenewal(writer, renewal);
                break;
            case GovernanceEntry.LeasesEnded ended:
                writer.WriteUInt16((ushort)ended.Ids.Length);
                foreach (NodeId id in ended.Ids) writer.WriteUInt64(id.Value);
                break;
        }
    }

    /// <summary>False unless the bytes are exactly one entry in its only encoding. What the entry says is judged by the state.</summary>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out GovernanceEntry? entry)
    {
        entry = null;
        var reader = new SpanReader(bytes);
        if (bytes.Length > Limits.MaxEntrySize
            || !reader.TryReadByte(out byte version) || version != Version
            || !reader.TryReadByte(out byte kind) || !reader.TryReadUInt64(out ulong unixMs)
            || !TryReadMembership(ref reader, out Membership? membership))
        {
            return false;
        }
        entry = (Kind)kind switch
        {
            Kind.Genesis => ReadGenesis(ref reader, unixMs, membership),
            Kind.Request when membership is null && SignedRequest.TryDecode(ref reader, out SignedRequest? signed) =>
                new GovernanceEntry.Request(unixMs, signed),
            Kind.NodeAdmitted => ReadAdmitted(ref reader, unixMs, membership),
            Kind.NodeRetired when reader.TryReadUInt64(out ulong id) =>
                new GovernanceEntry.NodeRetired(unixMs, membership, new NodeId(id)),
            Kind.MembershipChanged => new GovernanceEntry.MembershipChanged(unixMs, membership),
            Kind.LeasesRenewed => ReadRenewed(ref reader, unixMs, membership),
            Kind.LeasesEnded => ReadEnded(ref reader, unixMs, membership),
            _ => null,
        };
        if (!reader.IsAtEnd) entry = null;
        return entry is not null;
    }

    /// <summary>The network's identity: SHA-256 of its encoded genesis entry.</summary>
    public static NetworkId NetworkIdOf(GovernanceEntry.Genesis genesis) => new(Sha256.Hash(Encode(genesis)));

    private static Kind KindOf(GovernanceEntry entry) => entry switch
    {
        GovernanceEntry.Genesis => Kind.Genesis,
        GovernanceEntry.Request => Kind.Request,
        GovernanceEntry.NodeAdmitted => Kind.NodeAdmitted,
        GovernanceEntry.NodeRetired => Kind.NodeRetired,
        GovernanceEntry.MembershipChanged => Kind.MembershipChanged,
        GovernanceEntry.LeasesRenewed => Kind.LeasesRenewed,
        GovernanceEntry.LeasesEnded => Kind.LeasesEnded,
        _ => throw new InvariantException("every governance entry has a kind"),
    };

    private static void WriteNode(
        ByteWriter writer, string node, ReadOnlyMemory<byte> publicKey, ReadOnlyMemory<byte> evidence, ReadOnlyMemory<byte> operatorSignature)
    {
        Invariant.Holds(publicKey.Length == P256.PointSize, "a VN's public key is a P-256 point of 65 bytes");
        writer.WriteBytes(Encoding.ASCII.GetBytes(node));
        writer.WriteFixed(publicKey.Span);
        writer.WriteBytes(evidence.Span);
        writer.WriteBytes(operatorSignature.Span);
    }

    private static void WriteRenewal(ByteWriter writer, Renewal renewal)
    {
        writer.WriteUInt64(renewal.Id.Value);
        writer.WriteHash(renewal.Nonce);
        writer.WriteBytes(renewal.Evidence.Span);
    }

    private static GovernanceEntry.LeasesRenewed? ReadRenewed(ref SpanReader reader, ulong unixMs, Membership? membership)
    {
        if (!reader.TryReadUInt16(out ushort count) || count > Limits.MaxNodes) return null;
        var renewals = ImmutableArray.CreateBuilder<Renewal>(count);
        for (int i = 0; i < count; i++)
        {
            if (!reader.TryReadUInt64(out ulong id) || !reader.TryReadHash(out Hash256 nonce)
                || !reader.TryReadBytes(Limits.MaxEvidenceSize, out ReadOnlySpan<byte> evidence)) return null;
            renewals.Add(new Renewal(new NodeId(id), nonce, evidence.ToArray()));
        }
        return new GovernanceEntry.LeasesRenewed(unixMs, membership, renewals.MoveToImmutable());
    }

    private static GovernanceEntry.LeasesEnded? ReadEnded(ref SpanReader reader, ulong unixMs, Membership? membership)
    {
        if (!reader.TryReadUInt16(out ushort count) || count > Limits.MaxNodes) return null;
        var ids = ImmutableArray.CreateBuilder<NodeId>(count);
        for (int i = 0; i < count; i++)
        {
            if (!reader.TryReadUInt64(out ulong id)) return null;
            ids.Add(new NodeId(id));
        }
        return new GovernanceEntry.LeasesEnded(unixMs, membership, ids.MoveToImmutable());
    }

    private static GovernanceEntry.Genesis? ReadGenesis(ref SpanReader reader, ulong unixMs, Membership? membership)
    {
        if (!reader.TryReadBytes(Limits.MaxConstitutionSize, out ReadOnlySpan<byte> constitution)
            || !TryReadNode(ref reader, out string node, out byte[] publicKey, out byte[] evidence, out byte[] signature))
        {
            return null;
        }
        return new GovernanceEntry.Genesis(unixMs, membership, constitution.ToArray(), node, publicKey, evidence) { OperatorSignature = signature };
    }

    private static GovernanceEntry.NodeAdmitted? ReadAdmitted(ref SpanReader reader, ulong unixMs, Membership? membership)
    {
        if (!reader.TryReadUInt64(out ulong id) || !reader.TryReadUInt64(out ulong replaces)
            || !TryReadNode(ref reader, out string node, out byte[] publicKey, out byte[] evidence, out byte[] signature))
        {
            return null;
        }
        return new GovernanceEntry.NodeAdmitted(
            unixMs, membership, node, new NodeId(id), publicKey, evidence, replaces == 0 ? null : new NodeId(replaces))
        {
            OperatorSignature = signature,
        };
    }

    private static bool TryReadNode(
        ref SpanReader reader, out string node, out byte[] publicKey, out byte[] evidence, out byte[] signature)
    {
        (node, publicKey, evidence, signature) = ("", [], [], []);
        if (!reader.TryReadBytes(Limits.MaxNameLength, out ReadOnlySpan<byte> name) || !Ascii.IsValid(name)
            || !reader.TryReadFixed(P256.PointSize, out ReadOnlySpan<byte> key)
            || !reader.TryReadBytes(Limits.MaxEvidenceSize, out ReadOnlySpan<byte> proof)
            || !reader.TryReadBytes(P256.SignatureSize, out ReadOnlySpan<byte> signed))
        {
            return false;
        }
        (node, publicKey, evidence, signature) = (Encoding.ASCII.GetString(name), key.ToArray(), proof.ToArray(), signed.ToArray());
        return true;
    }

    private static bool TryReadMembership(ref SpanReader reader, out Membership? membership)
    {
        membership = null;
        if (!reader.TryReadByte(out byte flag) || flag > 1) return false;
        if (flag == 0) return true;
        bool isRead = Membership.TryDecode(ref reader, out Membership found);
        membership = found;
        return isRead;
    }
}
