namespace Coco.Tee;

/// <summary>Hex in lower case or in upper case, but not both: one flipped bit between them must not go unseen.</summary>
public static class StrictHex
{
    public static bool TryRead(ReadOnlySpan<char> text, out byte[] bytes)
    {
        bytes = [];
        if ((text.Length & 1) == 1 || text.ContainsAnyExcept(Digits)) return false;
        if (text.ContainsAnyInRange('a', 'f') && text.ContainsAnyInRange('A', 'F')) return false;
        bytes = Convert.FromHexString(text);
        return true;
    }

    private static readonly System.Buffers.SearchValues<char> Digits = System.Buffers.SearchValues.Create("0123456789abcdefABCDEF");
}
