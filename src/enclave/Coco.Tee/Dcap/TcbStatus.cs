namespace Coco.Tee;

/// <summary>Intel's words for the state of a platform's TCB (PCS v4), from which a policy chooses.</summary>
public enum TcbStatus : byte
{
    /// <summary>No level of the TCB info is at or below the platform's.</summary>
    NotSupported,
    UpToDate,
    SWHardeningNeeded,
    ConfigurationNeeded,
    ConfigurationAndSWHardeningNeeded,
    OutOfDate,
    OutOfDateConfigurationNeeded,

    /// <summary>The platform is up to date, but the guest was started under an older TDX module: start it again.</summary>
    TDRelaunchAdvised,
    TDRelaunchAdvisedConfigurationNeeded,
    Revoked,
}

public static class TcbStatuses
{
    public static bool TryParse(string? text, out TcbStatus status) =>
        Enum.TryParse(text, ignoreCase: false, out status) && Enum.IsDefined(status) && text == status.ToString();

    /// <summary>
    /// The platform's state lowered by that of the TDX module or of the quoting enclave (Intel QVL, convergeTcbStatus). A component
    /// that no level names, or with a status that components do not have, counts as unknown, never as fine.
    /// </summary>
    public static TcbStatus LoweredBy(this TcbStatus platform, TcbStatus component)
    {
        if (platform == TcbStatus.Revoked || component == TcbStatus.Revoked) return TcbStatus.Revoked;
        if (platform == TcbStatus.NotSupported || component is not (TcbStatus.UpToDate or TcbStatus.OutOfDate)) return TcbStatus.NotSupported;
        if (component == TcbStatus.UpToDate) return platform;
        return platform is TcbStatus.ConfigurationNeeded or TcbStatus.ConfigurationAndSWHardeningNeeded or TcbStatus.OutOfDateConfigurationNeeded
            ? TcbStatus.OutOfDateConfigurationNeeded
            : TcbStatus.OutOfDate;
    }
}
