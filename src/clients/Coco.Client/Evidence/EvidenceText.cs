using System.Text;
using Coco.Tee;

namespace Coco.Client;

/// <summary>Files that hold bytes as text, as people put them into tickets and tests: hex or base64, in lines of any length.</summary>
internal static class EvidenceText
{
    private const int MinLength = 64;

    /// <summary>False unless the whole file is hex in one case, with or without 0x, or base64 in its one spelling.</summary>
    public static bool TryRead(ReadOnlySpan<byte> file, out byte[] bytes)
    {
        bytes = [];
        if (file.Length < MinLength || file.ContainsAnyExceptInRange((byte)'\n', (byte)'z')) return false;
        string text = Encoding.ASCII.GetString(file).Replace("\r\n", "\n", StringComparison.Ordinal).Replace("\n", "", StringComparison.Ordinal);
        ReadOnlySpan<char> digits = text.StartsWith("0x", StringComparison.Ordinal) ? text.AsSpan(2) : text;
        return StrictHex.TryRead(digits, out bytes) || TryBase64(text, out bytes);
    }

    /// <summary>Base64 in its ordinary or its URL form, with or without padding, and no bit that encodes nothing set.</summary>
    public static bool TryBase64(string text, out byte[] bytes)
    {
        bytes = [];
        bool isUrl = text.AsSpan().ContainsAny("-_");
        if (text.AsSpan().ContainsAny(" \t\r\n") || (isUrl && text.AsSpan().ContainsAny("+/"))) return false;
        string ordinary = text.Replace('-', '+').Replace('_', '/');
        bool isPadded = ordinary.EndsWith('=');
        if (!isPadded) ordinary = ordinary.PadRight((ordinary.Length + 3) / 4 * 4, '=');
        bytes = new byte[ordinary.Length];
        if (!Convert.TryFromBase64String(ordinary, bytes, out int written)) return false;
        bytes = bytes[..written];
        return Convert.ToBase64String(bytes) == ordinary;
    }
}
