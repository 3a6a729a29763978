using System.Text.Json;

namespace Coco.Bench;

/// <summary>What every transaction of a run needs to know of the chain.</summary>
internal sealed record ChainFacts(ulong ChainId, UInt128 Tip, UInt128 MaxFee)
{
    private static readonly UInt128 Gwei = 1_000_000_000;

    public static async Task<ChainFacts> ReadAsync(ChainClient client, CancellationToken cancellation)
    {
        ulong chainId = await client.ChainIdAsync(cancellation);
        JsonElement latest = await client.CallAsync("eth_getBlockByNumber", "\"latest\",false", cancellation);
        if (latest.ValueKind != JsonValueKind.Object) throw new BenchFailureException(BenchFailureKind.Refused, "The node has no block yet: try again when it is ready.");
        UInt128 baseFee = latest.TryGetProperty("baseFeePerGas", out JsonElement fee) && fee.ValueKind == JsonValueKind.String
            ? ChainClient.Quantity(fee) : 0;
        return new ChainFacts(chainId, Gwei, (baseFee * 10) + (2 * Gwei));
    }
}
