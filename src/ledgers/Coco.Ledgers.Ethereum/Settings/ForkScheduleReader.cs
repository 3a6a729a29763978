using System.Text.Json;
using Coco.Evm;

namespace Coco.Ledgers.Ethereum;

/// <summary>Reads the <c>config</c> of a genesis file as geth writes it.</summary>
public static class ForkScheduleReader
{
    private static readonly (string Field, EvmFork Fork)[] Numbers =
    [
        ("homesteadBlock", EvmFork.Homestead), ("eip150Block", EvmFork.TangerineWhistle), ("eip158Block", EvmFork.SpuriousDragon),
        ("byzantiumBlock", EvmFork.Byzantium), ("constantinopleBlock", EvmFork.Constantinople),
        ("petersburgBlock", EvmFork.Petersburg), ("istanbulBlock", EvmFork.Istanbul), ("berlinBlock", EvmFork.Berlin),
        ("londonBlock", EvmFork.London), ("mergeNetsplitBlock", EvmFork.Paris),
    ];

    private static readonly (string Field, EvmFork Fork)[] Times =
    [
        ("shanghaiTime", EvmFork.Shanghai), ("cancunTime", EvmFork.Cancun), ("pragueTime", EvmFork.Prague), ("osakaTime", EvmFork.Osaka),
    ];

    private static readonly (string Name, string Field, BlobParameters Default)[] Blobs =
    [
        ("cancun", "cancunTime", BlobParameters.Cancun), ("prague", "pragueTime", BlobParameters.Prague),
        ("osaka", "osakaTime", BlobParameters.Prague), ("bpo1", "bpo1Time", BlobParameters.Bpo1), ("bpo2", "bpo2Time", BlobParameters.Bpo2),
        ("bpo3", "bpo3Time", BlobParameters.Bpo2), ("bpo4", "bpo4Time", BlobParameters.Bpo2), ("bpo5", "bpo5Time", BlobParameters.Bpo2),
    ];

    /// <summary>Osaka from the first block where <paramref name="config"/> names no fork. Throws <see cref="SettingsException"/>.</summary>
    public static ForkSchedule Read(SettingsField config)
    {
        var numbers = new List<(ulong, EvmFork)>();
        foreach ((string field, EvmFork fork) in Numbers)
            if (config.Find(field) is { } at) numbers.Add((at.UInt64(), fork));
        if (config.Find("terminalTotalDifficulty") is { } difficulty)
        {
            if (difficulty.Word().IsZero) numbers.Add((0, EvmFork.Paris));
            else if (config.Find("mergeNetsplitBlock") is null && config.Find("shanghaiTime") is null)
                throw difficulty.Wrong("must be 0, or mergeNetsplitBlock must say at which block the merge is");
        }
        var times = new List<(ulong, EvmFork)>();
        foreach ((string field, EvmFork fork) in Times)
            if (config.Find(field) is { } at) times.Add((at.UInt64(), fork));
        if (numbers.Count == 0 && times.Count == 0) return ForkSchedule.Always(EvmFork.Osaka);
        return new ForkSchedule(numbers, times, ReadBlobs(config));
    }

    private static List<(ulong, BlobParameters)> ReadBlobs(SettingsField config)
    {
        SettingsField? schedule = config.Find("blobSchedule");
        var blobs = new List<(ulong, BlobParameters)>();
        foreach ((string name, string field, BlobParameters fallback) in Blobs)
        {
            if (config.Find(field) is not { } time) continue;
            blobs.Add((time.UInt64(), schedule?.Find(name) is { } given ? ReadBlobs(given, fallback) : fallback));
        }
        return blobs;
    }

    private static BlobParameters ReadBlobs(SettingsField given, BlobParameters fallback) => new(
        (int)(given.Find("target")?.UInt64() ?? (ulong)fallback.Target), (int)(given.Find("max")?.UInt64() ?? (ulong)fallback.Max),
        given.Find("baseFeeUpdateFraction")?.UInt64() ?? fallback.UpdateFraction);
}
