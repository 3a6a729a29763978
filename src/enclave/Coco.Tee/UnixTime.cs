namespace Coco.Tee;

/// <summary>The time of a verdict, which is an input.</summary>
public static class UnixTime
{
    /// <summary>False beyond the year 9999.</summary>
    public static bool TryRead(ulong unixMs, out DateTimeOffset time)
    {
        bool isKnown = unixMs <= (ulong)DateTimeOffset.MaxValue.ToUnixTimeMilliseconds();
        time = isKnown ? DateTimeOffset.FromUnixTimeMilliseconds((long)unixMs) : default;
        return isKnown;
    }
}
