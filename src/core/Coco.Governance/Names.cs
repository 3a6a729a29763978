namespace Coco.Governance;

/// <summary>The form of names and addresses in a constitution: ASCII only, so that two that look alike are alike.</summary>
public static class Names
{
    /// <summary>1 to 64 letters, digits, '.', '_' or '-', the first a letter or digit.</summary>
    public static bool IsName(ReadOnlySpan<char> text)
    {
        if (text.Length is 0 or > Limits.MaxNameLength || !char.IsAsciiLetterOrDigit(text[0])) return false;
        foreach (char letter in text)
        {
            if (!char.IsAsciiLetterOrDigit(letter) && letter is not ('.' or '_' or '-')) return false;
        }
        return true;
    }

    /// <summary>HOST:PORT, where HOST is a DNS name, an IPv4 address or an IPv6 address in brackets.</summary>
    public static bool IsAddress(string text)
    {
        int colon = text.LastIndexOf(':');
        if (colon <= 0 || text.Length > Limits.MaxAddressLength) return false;
        ReadOnlySpan<char> port = text.AsSpan(colon + 1);
        bool isPort = port.Length is > 0 and <= 5 && !port.ContainsAnyExceptInRange('0', '9')
            && int.Parse(port) is > 0 and <= ushort.MaxValue;
        string host = text[..colon];
        bool isHost = Uri.CheckHostName(host) switch
        {
            UriHostNameType.IPv6 => host[0] == '[',
            UriHostNameType.Dns or UriHostNameType.IPv4 => System.Text.Ascii.IsValid(host),
            _ => false,
        };
        return isPort && isHost;
    }
}
