using System.Collections.Immutable;

namespace Coco.Tee;

/// <summary>The state of a platform's TCB under Intel's TCB info.</summary>
/// <param name="Merged">Of platform, TDX module and quoting enclave, before a relaunch is considered.</param>
/// <param name="Status">What a policy judges.</param>
public sealed record TcbVerdict(TcbStatus Status, TcbStatus Merged, ImmutableArray<string> Advisories);

/// <summary>Finds the level of a platform as Intel's quote verification library does.</summary>
public static class TcbEvaluation
{
    public static TcbVerdict Evaluate(PckCertificate platform, DcapQuote quote, TcbInfo info, QeIdentity qe)
    {
        TcbLevel? qeLevel = LevelBySvn(qe.Levels, new EnclaveReport(quote.QeReport).Svn);
        TcbStatus qeStatus = qeLevel?.Status ?? TcbStatus.NotSupported;
        if (!quote.IsTdx)
        {
            TcbLevel? level = info.Levels.FirstOrDefault(known => IsSgxReached(known, platform));
            TcbStatus sgx = (level?.Status ?? TcbStatus.NotSupported).LoweredBy(qeStatus);
            return new TcbVerdict(sgx, sgx, Together(level, qeLevel));
        }
        var report = new TdReport(quote.BodyBytes);
        TdxState now = TdxStateOf(platform, report.TeeTcbSvn, info);
        TcbStatus tdx = now.Platform.LoweredBy(now.Module);
        TcbStatus merged = tdx.LoweredBy(qeStatus);
        bool isRelaunch = qeStatus == TcbStatus.UpToDate && now.Module == TcbStatus.OutOfDate && tdx is (TcbStatus.OutOfDate or TcbStatus.OutOfDateConfigurationNeeded);
        return new TcbVerdict(isRelaunch ? AfterRelaunch(merged, report.TeeTcbSvn2, platform, info) : merged, merged, Together(now.Level, now.ModuleLevel, qeLevel));
    }

    public static bool EqualsMasked(ReadOnlySpan<byte> value, ImmutableArray<byte> expected, ImmutableArray<byte> mask)
    {
        if (value.Length != expected.Length || mask.Length != expected.Length) return false;
        for (int i = 0; i < value.Length; i++)
            if ((value[i] & mask[i]) != (expected[i] & mask[i])) return false;
        return true;
    }

    /// <summary>From version 1 of the TDX module on, its identity stands apart (PCS v4, tdxModuleIdentities); null if there is none.</summary>
    public static TdxModuleIdentity? ModuleOf(TcbInfo info, ReadOnlySpan<byte> teeTcbSvn)
    {
        if (teeTcbSvn[1] == 0) return info.Module;
        string id = $"TDX_{teeTcbSvn[1]:X2}";
        return info.ModuleIdentities.FirstOrDefault(identity => string.Equals(identity.Id, id, StringComparison.OrdinalIgnoreCase));
    }

    private sealed record TdxState(TcbLevel? Level, TcbStatus Platform, TcbLevel? ModuleLevel, TcbStatus Module);

    private static TdxState TdxStateOf(PckCertificate platform, ReadOnlySpan<byte> teeTcbSvn, TcbInfo info)
    {
        byte[] svn = teeTcbSvn.ToArray();
        TcbLevel? level = info.Levels.FirstOrDefault(known => IsSgxReached(known, platform) && IsTdxReached(known, svn));
        TcbStatus status = level?.Status ?? TcbStatus.NotSupported;
        if (svn[1] == 0) return new TdxState(level, status, null, TcbStatus.UpToDate);
        TcbLevel? module = ModuleOf(info, svn) is { } identity ? LevelBySvn(identity.Levels, svn[0]) : null;
        return new TdxState(level, status, module, module?.Status ?? TcbStatus.NotSupported);
    }

    /// <summary>
    /// The host has loaded the newest module since the guest was started (TEE_TCB_SVN_2), and the processor's own level is fine: only a new
    /// start of the guest is needed (Intel QVL, checkForRelaunch). It is still no accepted state unless a policy says so.
    /// </summary>
    private static TcbStatus AfterRelaunch(TcbStatus merged, ReadOnlySpan<byte> current, PckCertificate platform, TcbInfo info)
    {
        if (current.IsEmpty || info.Levels.FirstOrDefault(known => IsSgxReached(known, platform)) is not { } processor || info.Levels[0].Tdx.Length != current.Length) return merged;
        if (processor.Status is not (TcbStatus.UpToDate or TcbStatus.SWHardeningNeeded or TcbStatus.ConfigurationNeeded or TcbStatus.ConfigurationAndSWHardeningNeeded)) return merged;
        int newest = info.Levels[0].Tdx[0];
        if (current[1] > 0)
        {
            if (ModuleOf(info, current) is not { Levels: [var first, ..] }) return TcbStatus.NotSupported;
            newest = first.Svn;
        }
        if (current[0] < newest || current[2] < info.Levels[0].Tdx[2]) return merged;
        bool isConfigurationNeeded = merged == TcbStatus.OutOfDateConfigurationNeeded || processor.Status is TcbStatus.ConfigurationNeeded or TcbStatus.ConfigurationAndSWHardeningNeeded;
        return isConfigurationNeeded ? TcbStatus.TDRelaunchAdvisedConfigurationNeeded : TcbStatus.TDRelaunchAdvised;
    }

    private static bool IsSgxReached(TcbLevel level, PckCertificate platform) =>
        level.Sgx.Length == platform.CpuSvns.Length && IsReached(platform.CpuSvns, level.Sgx, 0) && platform.PceSvn >= level.Svn;

    /// <summary>Components 0 and 1 are the module's own, which its identity judges from version 1 on.</summary>
    private static bool IsTdxReached(TcbLevel level, ReadOnlySpan<byte> teeTcbSvn) =>
        level.Tdx.Length == teeTcbSvn.Length && IsReached(teeTcbSvn, level.Tdx, teeTcbSvn[1] > 0 ? 2 : 0);

    private static bool IsReached(ReadOnlySpan<byte> svns, ImmutableArray<byte> least, int from)
    {
        for (int i = from; i < svns.Length; i++)
            if (svns[i] < least[i]) return false;
        return true;
    }

    private static TcbLevel? LevelBySvn(ImmutableArray<TcbLevel> levels, int svn) => levels.FirstOrDefault(level => svn >= level.Svn);

    private static ImmutableArray<string> Together(params ReadOnlySpan<TcbLevel?> levels)
    {
        var advisories = new SortedSet<string>(StringComparer.Ordinal);
        foreach (TcbLevel? level in levels)
            if (level is not null) advisories.UnionWith(level.Advisories);
        return [.. advisories];
    }
}
