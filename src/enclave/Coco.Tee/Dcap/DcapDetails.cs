namespace Coco.Tee;

/// <summary>What a quote says, for people.</summary>
public static class DcapDetails
{
    public static IEnumerable<EvidenceDetail> Of(DcapQuote quote)
    {
        yield return new("quoteVersion", $"{quote.Version}");
        yield return new("body", quote.Body.ToString());
        foreach (EvidenceDetail detail in quote.IsTdx ? OfTd(quote) : OfEnclave(quote)) yield return detail;
        yield return new("qeSvn", $"{new EnclaveReport(quote.QeReport).Svn}");
    }

    public static IEnumerable<EvidenceDetail> Of(PckCertificate platform) =>
    [
        EvidenceDetail.Hex("fmspc", platform.Fmspc), EvidenceDetail.Hex("pceId", platform.PceId), EvidenceDetail.Hex("cpuSvns", platform.CpuSvns), new("pceSvn", $"{platform.PceSvn}"),
        EvidenceDetail.Hex("ppid", platform.Ppid), EvidenceDetail.Hex("platformInstanceId", platform.PlatformInstanceId),
        new("smt", platform.IsSmtEnabled is { } smt ? (smt ? "on" : "off") : "not said"),
    ];

    public static IEnumerable<EvidenceDetail> Of(TcbVerdict tcb, VerifiedCollateral collateral) =>
    [
        new("tcbStatus", tcb.Status.ToString()), new("tcbStatusBeforeRelaunch", tcb.Merged.ToString()),
        new("advisories", string.Join(", ", tcb.Advisories)), new("tcbEvaluationDataNumber", $"{collateral.TcbInfo.EvaluationDataNumber}"),
        new("collateralFrom", $"{collateral.From:u}"), new("collateralUntil", $"{collateral.Until:u}"),
    ];

    private static EvidenceDetail[] OfTd(DcapQuote quote)
    {
        var report = new TdReport(quote.BodyBytes);
        return
        [
            EvidenceDetail.Hex("mrtd", report.MrTd), EvidenceDetail.Hex("rtmr0", report.Register(0)), EvidenceDetail.Hex("rtmr1", report.Register(1)), EvidenceDetail.Hex("rtmr2", report.Register(2)), EvidenceDetail.Hex("rtmr3", report.Register(3)),
            EvidenceDetail.Hex("mrConfigId", report.MrConfigId), EvidenceDetail.Hex("mrOwner", report.MrOwner), EvidenceDetail.Hex("mrOwnerConfig", report.MrOwnerConfig),
            EvidenceDetail.Hex("mrSeam", report.MrSeam), EvidenceDetail.Hex("mrSignerSeam", report.MrSignerSeam), EvidenceDetail.Hex("teeTcbSvn", report.TeeTcbSvn),
            new("tdAttributes", $"0x{report.Attributes:x}"), new("xfam", $"0x{report.Xfam:x}"),
            .. report.TeeTcbSvn2.IsEmpty ? (EvidenceDetail[])[] : [EvidenceDetail.Hex("teeTcbSvn2", report.TeeTcbSvn2), EvidenceDetail.Hex("mrServiceTd", report.MrServiceTd)],
            .. !report.IsExtended ? (EvidenceDetail[])[] :
            [
                new("partition", $"{report.Partition}"), EvidenceDetail.Hex("guestId", report.GuestId), EvidenceDetail.Hex("deviceInfo", report.DeviceInfo),
                EvidenceDetail.Hex("initialServiceTd", report.InitialServiceTd), EvidenceDetail.Hex("currentServiceTd", report.CurrentServiceTd),
            ],
        ];
    }

    private static EvidenceDetail[] OfEnclave(DcapQuote quote)
    {
        var report = new EnclaveReport(quote.BodyBytes);
        return
        [
            EvidenceDetail.Hex("mrEnclave", report.MrEnclave), EvidenceDetail.Hex("mrSigner", report.MrSigner), new("isvProdId", $"{report.ProductId}"), new("isvSvn", $"{report.Svn}"),
            EvidenceDetail.Hex("attributes", report.Attributes), EvidenceDetail.Hex("miscSelect", report.MiscSelect), EvidenceDetail.Hex("configId", report.ConfigId), new("configSvn", $"{report.ConfigSvn}"),
            EvidenceDetail.Hex("cpuSvn", report.CpuSvn),
        ];
    }
}
