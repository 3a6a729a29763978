using System.Text.Json;
using Coco.Evm;

namespace Coco.Bench;

/// <summary>Gives the senders of a run what they need, with few transactions: the token's <c>fund()</c> serves many accounts.</summary>
internal sealed class Funding(ChainClient client, ChainFacts facts, BenchAccount funder)
{
    /// <summary>An account that is new, gets ether and a token balance costs about 62,000 gas; a transaction may use 2^24 (EIP-7825).</summary>
    private const int AccountsPerTransaction = 150;
    private const ulong FundGas = 12_000_000;
    private const ulong DeployGas = 3_000_000;
    private const ulong TokensPerAccount = 1_000_000_000_000;

    private ulong _nonce;

    /// <summary>Finds the token of the genesis or deploys one, funds who needs it, and returns the token's address.</summary>
    public async Task<Address> PrepareAsync(IReadOnlyList<Address> senders, UInt128 weiEach, CancellationToken cancellation)
    {
        JsonElement code = await client.CallAsync("eth_getCode", $"\"{TokenContract.GenesisAddress}\",\"latest\"", cancellation);
        bool isInGenesis = code.GetString()!.Length > 2;
        string[] accounts = [.. senders.Select(sender => $"\"{sender}\",\"latest\"")];
        IReadOnlyList<Address> poor = isInGenesis
            ? await PoorAsync(accounts, senders, weiEach, cancellation) : senders;
        if (isInGenesis && poor.Count == 0) return TokenContract.GenesisAddress;
        _nonce = (await client.NoncesAsync([funder.Address], cancellation))[0];
        Address token = isInGenesis ? TokenContract.GenesisAddress : await DeployAsync(cancellation);
        await FundAsync(token, poor, weiEach, cancellation);
        return token;
    }

    private async Task<IReadOnlyList<Address>> PoorAsync(
        string[] parameters, IReadOnlyList<Address> senders, UInt128 weiEach, CancellationToken cancellation)
    {
        JsonElement[] balances = await client.CallManyAsync("eth_getBalance", parameters, cancellation);
        return [.. senders.Where((_, i) => ChainClient.Quantity(balances[i]) < weiEach)];
    }

    private async Task<Address> DeployAsync(CancellationToken cancellation)
    {
        string hash = await SendAsync(new UnsignedTransaction(
            facts.ChainId, _nonce++, facts.Tip, facts.MaxFee, DeployGas, To: null, 0, TokenContract.Creation), cancellation);
        JsonElement receipt = await SucceededAsync(hash, "deploying the token", cancellation);
        return Address.TryParse(receipt.GetProperty("contractAddress").GetString(), out Address token) ? token
            : throw new BenchFailureException(BenchFailureKind.Refused, "The receipt of the token's creation names no contract.");
    }

    private async Task FundAsync(Address token, IReadOnlyList<Address> accounts, UInt128 weiEach, CancellationToken cancellation)
    {
        List<string> hashes = [];
        foreach (Address[] chunk in accounts.Chunk(AccountsPerTransaction))
        {
            UnsignedTransaction transaction = new(facts.ChainId, _nonce++, facts.Tip, facts.MaxFee, FundGas, token,
                weiEach * (UInt128)chunk.Length, TokenContract.Fund(chunk, TokensPerAccount));
            hashes.Add(await SendAsync(transaction, cancellation));
        }
        foreach (string hash in hashes) await SucceededAsync(hash, "funding the accounts", cancellation);
    }

    private async Task<string> SendAsync(UnsignedTransaction transaction, CancellationToken cancellation)
    {
        string raw = Convert.ToHexStringLower(transaction.Sign(funder));
        return (await client.CallAsync("eth_sendRawTransaction", $"\"0x{raw}\"", cancellation)).GetString()!;
    }

    private async Task<JsonElement> SucceededAsync(string hash, string what, CancellationToken cancellation)
    {
        JsonElement receipt = await client.ReceiptAsync(hash, cancellation);
        return ChainClient.Quantity(receipt.GetProperty("status")) == 1 ? receipt
            : throw new BenchFailureException(BenchFailureKind.Refused, $"While {what}, transaction {hash} failed.");
    }
}
