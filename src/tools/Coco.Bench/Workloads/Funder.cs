using System.Text.Json;
using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Bench;

/// <summary>Finds the account that pays for the set-up: given, from the network's status, or endowed by a development node.</summary>
internal static class Funder
{
    public static async Task<BenchAccount> FindAsync(ChainClient client, BenchOptions options, BenchNetwork network, CancellationToken cancellation)
    {
        if ((options.FunderKey ?? network.FunderKey) is { } key) return BenchAccounts.Parse(key);
        (JsonElement accounts, string? error) = await client.TryCallAsync("eth_accounts", "", cancellation);
        if (error is not null || accounts.GetArrayLength() == 0)
            throw new BenchFailureException(BenchFailureKind.Missing, "No account has ether to spend: name one with --funder KEY.");
        BenchAccount funder = BenchAccounts.FromPrivateKey(Keccak256.Hash("coco bench funder"u8).ToArray());
        await EndowAsync(client, accounts[0].GetString()!, funder, cancellation);
        return funder;
    }

    /// <summary>Development nodes sign for their own accounts: half of the first one's ether goes to ours.</summary>
    private static async Task EndowAsync(ChainClient client, string rich, BenchAccount funder, CancellationToken cancellation)
    {
        UInt128 balance = ChainClient.Quantity(await client.CallAsync("eth_getBalance", $"\"{rich}\",\"latest\"", cancellation));
        JsonElement hash = await client.CallAsync("eth_sendTransaction",
            $$"""{"from":"{{rich}}","to":"{{funder.Address}}","value":"0x{{balance / 2:x}}"}""", cancellation);
        await client.ReceiptAsync(hash.GetString()!, cancellation);
    }
}
