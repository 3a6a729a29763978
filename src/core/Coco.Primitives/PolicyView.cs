using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Coco.Primitives;

/// <summary>
/// What a worker needs of the constitution. It is here since the worker may not name the governance room; the manager makes it
/// from the governance state and sends it over the boundary, again after each change.
/// </summary>
/// <param name="MaxTransactions">The largest batch in transactions.</param>
/// <param name="MaxBytes">The largest batch in bytes.</param>
/// <param name="HoldMs">How long a submission waits to be committed before its hash alone is the answer.</param>
/// <param name="LedgerSettings">The ledger's own JSON object; fork schedules are in it.</param>
/// <param name="Nodes">The names of the VN list, in its order.</param>
public sealed record PolicyView(
    GovernanceVersion Version, NetworkId Network, string NetworkName, int MaxTransactions, int MaxBytes, int HoldMs,
    string LedgerName, ReadOnlyMemory<byte> LedgerSettings, ImmutableArray<string> Nodes)
{
    private const byte CodecVersion = 1;
    private const int MaxTextSize = 256;
    private const int MaxNodes = 1024;

    /// <summary>An Ethereum genesis with its accounts is the largest.</summary>
    private const int MaxSettingsSize = 16 * 1024 * 1024;

    public void Encode(ByteWriter writer)
    {
        writer.WriteByte(CodecVersion);
        writer.WriteUInt64(Version.Value);
        writer.WriteHash(Network.Value);
        WriteText(writer, NetworkName);
        writer.WriteUInt32((uint)MaxTransactions);
        writer.WriteUInt32((uint)MaxBytes);
        writer.WriteUInt32((uint)HoldMs);
        WriteText(writer, LedgerName);
        writer.WriteBytes(LedgerSettings.Span);
        writer.WriteUInt16((ushort)Nodes.Length);
        foreach (string node in Nodes) WriteText(writer, node);
    }

    public byte[] Encode()
    {
        var writer = new ByteWriter();
        Encode(writer);
        return writer.ToArray();
    }

    public static bool TryDecode(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out PolicyView? view)
    {
        view = null;
        var reader = new SpanReader(bytes);
        if (!reader.TryReadByte(out byte codec) || codec != CodecVersion
            || !reader.TryReadUInt64(out ulong version) || !reader.TryReadHash(out Hash256 network)
            || !TryReadText(ref reader, out string networkName)
            || !reader.TryReadUInt32(out uint maxTransactions) || maxTransactions > int.MaxValue
            || !reader.TryReadUInt32(out uint maxBytes) || maxBytes > int.MaxValue
            || !reader.TryReadUInt32(out uint holdMs) || holdMs > int.MaxValue
            || !TryReadText(ref reader, out string ledgerName)
            || !reader.TryReadBytes(MaxSettingsSize, out ReadOnlySpan<byte> settings)
            || !reader.TryReadUInt16(out ushort count) || count > MaxNodes)
        {
            return false;
        }
        ImmutableArray<string>.Builder nodes = ImmutableArray.CreateBuilder<string>(count);
        for (int i = 0; i < count; i++)
        {
            if (!TryReadText(ref reader, out string node)) return false;
            nodes.Add(node);
        }
        if (!reader.IsAtEnd) return false;
        view = new PolicyView(
            new GovernanceVersion(version), new NetworkId(network), networkName, (int)maxTransactions, (int)maxBytes,
            (int)holdMs, ledgerName, settings.ToArray(), nodes.MoveToImmutable());
        return true;
    }

    private static void WriteText(ByteWriter writer, string text) => writer.WriteBytes(Encoding.ASCII.GetBytes(text));

    private static bool TryReadText(ref SpanReader reader, out string text)
    {
        text = "";
        if (!reader.TryReadBytes(MaxTextSize, out ReadOnlySpan<byte> bytes) || !Ascii.IsValid(bytes)) return false;
        text = Encoding.ASCII.GetString(bytes);
        return true;
    }
}
