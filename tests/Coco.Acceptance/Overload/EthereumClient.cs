using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using Coco.Acceptance.Network;
using Coco.Evm;
using Coco.Ledgers.Ethereum;

namespace Coco.Acceptance.Overload;

/// <summary>One account's transactions through one VN's development endpoint.</summary>
internal sealed class EthereumClient(NodeDocument node, AccountDocument account) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly HttpClient _http = new() { BaseAddress = new Uri(node.DevelopmentRpc!), Timeout = Patience };
    private readonly byte[] _key = Convert.FromHexString(account.PrivateKey[2..]);
    private ulong _nonce;

    public void Dispose() => _http.Dispose();

    public async Task ReadNonceAsync()
    {
        JsonElement answer = await CallAsync("eth_getTransactionCount", $"\"{account.Address}\",\"latest\"");
        _nonce = ulong.Parse(answer.GetProperty("result").GetString()!.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }

    /// <summary>A transaction to nobody in particular with so many zeros of data; its nonce is the next.</summary>
    public byte[] Sign(int dataBytes) => TransactionEncoder.Sign(
        new EthereumTransaction
        {
            Type = TransactionType.DynamicFee,
            ChainId = new UInt256(2017),
            Nonce = _nonce,
            MaxPriorityFeePerGas = default,
            MaxFeePerGas = new UInt256(2_000_000_000),
            GasLimit = 21_000 + (40UL * (ulong)dataBytes),
            To = Address.FromNumber(0x1234),
            Value = new UInt256(1),
            Data = new byte[dataBytes],
            V = default,
            R = default,
            S = default,
            Raw = default,
            Hash = default,
        },
        _key).Raw.ToArray();

    /// <summary>The answer to a transaction; the nonce counts where it was taken.</summary>
    public async Task<JsonElement> SendAsync(byte[] raw)
    {
        JsonElement answer = await CallAsync("eth_sendRawTransaction", $"\"0x{Convert.ToHexStringLower(raw)}\"");
        if (answer.TryGetProperty("result", out _)) _nonce++;
        return answer;
    }

    /// <summary>Sends a small transfer, and gives the time until its receipt was read.</summary>
    public async Task<TimeSpan> TransferAsync()
    {
        long start = Stopwatch.GetTimestamp();
        JsonElement sent = await SendAsync(Sign(0));
        Assert.True(sent.TryGetProperty("result", out JsonElement hash), sent.GetRawText());
        await ReceiptAsync(hash.GetString()!);
        return Stopwatch.GetElapsedTime(start);
    }

    public async Task<JsonElement> ReceiptAsync(string hash)
    {
        long start = Stopwatch.GetTimestamp();
        while (true)
        {
            JsonElement receipt = (await CallAsync("eth_getTransactionReceipt", $"\"{hash}\"")).GetProperty("result");
            if (receipt.ValueKind == JsonValueKind.Object) return receipt;
            Assert.True(Stopwatch.GetElapsedTime(start) < Patience, $"no receipt of {hash}");
        }
    }

    public async Task<JsonElement> CallAsync(string method, string parameters)
    {
        (HttpStatusCode status, string body) = await PostAsync($$"""{"jsonrpc":"2.0","id":1,"method":"{{method}}","params":[{{parameters}}]}""");
        Assert.True(status == HttpStatusCode.OK, $"{status}: {body}");
        return JsonSerializer.Deserialize<JsonElement>(body);
    }

    public async Task<(HttpStatusCode Status, string Body)> PostAsync(string body)
    {
        using HttpResponseMessage response = await _http.PostAsync("", new StringContent(body, Encoding.UTF8, "application/json"));
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
