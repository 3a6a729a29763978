using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Coco.Evm;
using Coco.Ledgers.Ethereum;

namespace Coco.Ledgers.Tests.JsonRpc;

/// <summary>Runs where COCO_ANVIL names the program of anvil (npm: @foundry-rs/anvil), an EVM of others.</summary>
public sealed class AnvilFactAttribute : FactAttribute
{
    public AnvilFactAttribute()
    {
        if (Environment.GetEnvironmentVariable("COCO_ANVIL") is null) Skip = "COCO_ANVIL names no program of anvil.";
    }
}

/// <summary>The same signed transactions on the same accounts, traced here and by anvil.</summary>
public sealed class AnvilTraceTests : IDisposable
{
    private static readonly string[] Accounts =
    [
        TraceHarness.Counter, TraceHarness.Reverter, TraceHarness.Logger, TraceHarness.Caller, TraceHarness.Destroyer, TraceHarness.Hasher,
        TraceHarness.Undefined,
    ];

    private readonly RpcHarness _node = TraceHarness.Make();
    private readonly HttpClient _client = new();
    private Process? _anvil;

    public void Dispose()
    {
        _anvil?.Kill();
        _anvil?.Dispose();
        _client.Dispose();
        _node.Dispose();
    }

    [AnvilFact]
    public async Task Traces_are_those_of_anvil()
    {
        await Start();
        var different = new List<string>();
        foreach (EthereumTransaction transaction in Transactions())
        {
            await _node.Send(transaction);
            await Ask("eth_sendRawTransaction", $"[\"{RpcHarness.Hex(transaction.Raw)}\"]");
            foreach ((string method, string parameters) in Questions(transaction.Hash.ToString()))
            {
                JsonElement here = await _node.Json(method, parameters), there = await Ask(method, parameters);
                Compare($"{transaction.To} {method} {parameters[70..]}", here, there, different);
            }
        }
        different.RemoveAll(IsKnown);
        Assert.True(different.Count == 0, string.Join('\n', different));
    }

    /// <summary>
    /// Where anvil answers another way than geth does (by its documents, and its answers in the execution API's tests): each with ours
    /// first. What anvil shows of empty values geth leaves out; the gas of the transaction's call lacks what the transaction costs itself;
    /// empty accounts are no part of a state; a creation's cost lacks what it passes on; lines of instructions that cannot run.
    /// </summary>
    private static readonly string[] Known =
    [
        "].returnData: nothing / \"0x\"", "].memory: nothing / []", "].refund: nothing / 0", "\"withLog\":true}}].gas: ", ".codeHash: ",
        ": nothing / {\"balance\":\"0x0\"}", ".gasCost: 32005 / ", "/ \"Unknown\"", "/ \"Some(", "/ \"invalid opcode\"", ".gasCost: 2100 / 997",
        "structLogs[1].storage.", "].result: nothing / null", "].blockHash: ",
        // The precompiled contract that got no value.
        "trace_transaction     : 1 / 2 items", "trace_transaction     [0].subtraces: 0 / 1",
    ];

    private static bool IsKnown(string line) => Known.Any(part => line.Contains(part, StringComparison.Ordinal));

    private static IEnumerable<EthereumTransaction> Transactions()
    {
        ulong nonce = 0;
        foreach (string account in Accounts)
        {
            Assert.True(Address.TryParse(account, out Address to));
            yield return RpcHarness.Make(nonce++, to, 1, [1, 2, 3, 4, 5], 200_000);
        }
        Assert.True(Address.TryParse(TraceHarness.Counter, out Address counter));
        yield return RpcHarness.Make(nonce++, counter, 0, [], 22_000);
        yield return RpcHarness.Make(nonce++, null, 0, Convert.FromHexString("675f545f5260205ff35f5260086018f3"), 200_000);
        yield return RpcHarness.Make(nonce, Address.FromNumber(0xee), 2);
    }

    private static (string Method, string Parameters)[] Questions(string hash) =>
    [
        ("debug_traceTransaction", $$$$$$"""["{{{{{{hash}}}}}}",{"enableMemory":true,"enableReturnData":true}]"""),
        ("debug_traceTransaction", $$$$$$"""["{{{{{{hash}}}}}}",{"tracer":"callTracer","tracerConfig":{"withLog":true}}]"""),
        ("debug_traceTransaction", $$$$$$"""["{{{{{{hash}}}}}}",{"tracer":"prestateTracer"}]"""),
        ("debug_traceTransaction", $$$$$$"""["{{{{{{hash}}}}}}",{"tracer":"prestateTracer","tracerConfig":{"diffMode":true}}]"""),
        ("debug_traceTransaction", $$$$$$"""["{{{{{{hash}}}}}}",{"tracer":"4byteTracer"}]"""),
        ("trace_transaction", $"[\"{hash}\"]    "),
    ];

    private async Task Start()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        int port = ((IPEndPoint)probe.LocalEndpoint).Port;
        probe.Stop();
        _anvil = Process.Start(
            new ProcessStartInfo(Environment.GetEnvironmentVariable("COCO_ANVIL")!)
            {
                ArgumentList =
                {
                    "--port", port.ToString(), "--chain-id", "7", "--base-fee", "0", "--gas-price", "0", "--hardfork", "osaka", "--accounts",
                    "0", "--silent", "--steps-tracing",
                },
            });
        _client.BaseAddress = new Uri($"http://127.0.0.1:{port}/");
        for (int i = 0; ; i++)
        {
            try
            {
                await Ask("eth_chainId", "[]");
                break;
            }
            catch (HttpRequestException) when (i < 100)
            {
                await Task.Delay(100);
            }
        }
        await Ask("anvil_setBalance", $"[\"{RpcHarness.Rich}\",\"0xde0b6b3a7640000\"]");
        using JsonDocument settings = JsonDocument.Parse(TraceHarness.Settings);
        foreach (JsonProperty account in settings.RootElement.GetProperty("alloc").EnumerateObject())
        {
            if (!account.Value.TryGetProperty("code", out JsonElement code)) continue;
            await Ask("anvil_setCode", $"[\"{account.Name}\",{code.GetRawText()}]");
            ulong balance = ulong.Parse(account.Value.GetProperty("balance").GetString()!);
            await Ask("anvil_setBalance", $"[\"{account.Name}\",\"0x{balance:x}\"]");
        }
        await Ask("anvil_setStorageAt", $"[\"{TraceHarness.Counter}\",\"0x1\",\"0x{42.ToString("x").PadLeft(64, '0')}\"]");
    }

    private async Task<JsonElement> Ask(string method, string parameters)
    {
        using var body = new StringContent(
            $$$$$$"""{"jsonrpc":"2.0","id":1,"method":"{{{{{{method}}}}}}","params":{{{{{{parameters}}}}}}}""", System.Text.Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await _client.PostAsync((Uri?)null, body);
        JsonElement answer = await response.Content.ReadFromJsonAsync<JsonElement>();
        return answer.TryGetProperty("result", out JsonElement result) ? result : answer.GetProperty("error");
    }

    private static void Compare(string path, JsonElement here, JsonElement there, List<string> different)
    {
        if (here.ValueKind != there.ValueKind) different.Add($"{path}: {Short(here)} / {Short(there)}");
        else if (here.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty field in here.EnumerateObject())
            {
                if (there.TryGetProperty(field.Name, out JsonElement other)) Compare($"{path}.{field.Name}", field.Value, other, different);
                else different.Add($"{path}.{field.Name}: {Short(field.Value)} / nothing");
            }
            foreach (JsonProperty field in there.EnumerateObject())
                if (!here.TryGetProperty(field.Name, out _)) different.Add($"{path}.{field.Name}: nothing / {Short(field.Value)}");
        }
        else if (here.ValueKind == JsonValueKind.Array)
        {
            if (here.GetArrayLength() != there.GetArrayLength()) different.Add($"{path}: {here.GetArrayLength()} / {there.GetArrayLength()} items");
            foreach ((int place, (JsonElement First, JsonElement Second) pair) in here.EnumerateArray().Zip(there.EnumerateArray()).Index())
                Compare($"{path}[{place}]", pair.First, pair.Second, different);
        }
        else if (here.GetRawText() != there.GetRawText()) different.Add($"{path}: {Short(here)} / {Short(there)}");
    }

    private static string Short(JsonElement value) => value.GetRawText() is { Length: > 80 } text ? text[..80] : value.GetRawText();
}
