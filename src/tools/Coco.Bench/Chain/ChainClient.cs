using System.Globalization;
using System.Text;
using System.Text.Json;
using Coco.Evm;

namespace Coco.Bench;

/// <summary>JSON-RPC for what happens before and after the clock: clear rather than fast.</summary>
public sealed class ChainClient(IRpcConnection connection) : IAsyncDisposable
{
    /// <summary>Calls in one request: nodes limit batches, commonly at 100 or 1,000.</summary>
    private const int CallsPerRequest = 100;

    public static async Task<ChainClient> ConnectAsync(Uri target, TlsTrust trust, CancellationToken cancellation)
    {
        IRpcConnection connection = RpcConnections.Create(target, trust);
        try
        {
            await connection.ConnectAsync(cancellation);
        }
        catch (IOException silent)
        {
            throw new BenchFailureException(BenchFailureKind.Missing, silent.Message);
        }
        return new ChainClient(connection);
    }

    /// <summary>Calls one method. <paramref name="parameters"/> is the JSON of its parameters without the brackets.</summary>
    public async Task<JsonElement> CallAsync(string method, string parameters, CancellationToken cancellation)
    {
        (JsonElement result, string? error) = await TryCallAsync(method, parameters, cancellation);
        return error is null ? result : throw new BenchFailureException(BenchFailureKind.Refused, $"{method}: {error}");
    }

    public async Task<(JsonElement Result, string? Error)> TryCallAsync(string method, string parameters, CancellationToken cancellation)
    {
        connection.Request.Clear();
        connection.Request.Append(Encoding.UTF8.GetBytes(Render(method, parameters, 0)));
        return Read(JsonElement.Parse((await connection.ExchangeAsync(cancellation)).Span));
    }

    /// <summary>Calls one method with many parameters, in batches; the results are in the order of the parameters.</summary>
    public async Task<JsonElement[]> CallManyAsync(string method, IReadOnlyList<string> parameters, CancellationToken cancellation)
    {
        JsonElement[] results = new JsonElement[parameters.Count];
        for (int start = 0; start < parameters.Count; start += CallsPerRequest)
        {
            int end = Math.Min(start + CallsPerRequest, parameters.Count);
            IEnumerable<string> calls = Enumerable.Range(start, end - start).Select(i => Render(method, parameters[i], i));
            connection.Request.Clear();
            connection.Request.Append(Encoding.UTF8.GetBytes($"[{string.Join(',', calls)}]"));
            foreach (JsonElement answer in JsonElement.Parse((await connection.ExchangeAsync(cancellation)).Span).EnumerateArray())
            {
                (JsonElement result, string? error) = Read(answer);
                if (error is not null) throw new BenchFailureException(BenchFailureKind.Refused, $"{method}: {error}");
                results[answer.GetProperty("id").GetInt32()] = result;
            }
        }
        return results;
    }

    /// <summary>Reads a quantity: 0x and hex digits.</summary>
    public static UInt128 Quantity(JsonElement value) => UInt128.Parse(value.GetString().AsSpan(2), NumberStyles.HexNumber);

    public async Task<ulong> ChainIdAsync(CancellationToken cancellation) =>
        (ulong)Quantity(await CallAsync("eth_chainId", "", cancellation));

    public async Task<ulong[]> NoncesAsync(IEnumerable<Address> accounts, CancellationToken cancellation)
    {
        string[] parameters = [.. accounts.Select(account => $"\"{account}\",\"latest\"")];
        return [.. (await CallManyAsync("eth_getTransactionCount", parameters, cancellation)).Select(value => (ulong)Quantity(value))];
    }

    /// <summary>The receipt of a transaction, asked for until it is there.</summary>
    public async Task<JsonElement> ReceiptAsync(string hash, CancellationToken cancellation)
    {
        using CancellationTokenSource deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        deadline.CancelAfter(TimeSpan.FromSeconds(60));
        for (int wait = 2; ; wait = Math.Min(wait * 2, 100))
        {
            JsonElement receipt = await CallAsync("eth_getTransactionReceipt", $"\"{hash}\"", deadline.Token);
            if (receipt.ValueKind != JsonValueKind.Null) return receipt;
            await Task.Delay(wait, deadline.Token);
        }
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private static string Render(string method, string parameters, int id) =>
        $$"""{"jsonrpc":"2.0","id":{{id}},"method":"{{method}}","params":[{{parameters}}]}""";

    private static (JsonElement Result, string? Error) Read(JsonElement answer)
    {
        if (answer.ValueKind != JsonValueKind.Object) return (default, answer.ToString());
        if (!answer.TryGetProperty("error", out JsonElement error) || error.ValueKind == JsonValueKind.Null)
            return answer.TryGetProperty("result", out JsonElement result) ? (result, null) : (default, "neither result nor error");
        return (default, error.ValueKind == JsonValueKind.Object && error.TryGetProperty("message", out JsonElement text) ? text.ToString() : error.ToString());
    }
}
