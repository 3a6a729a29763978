using System.Diagnostics;
using System.Text.Json;

namespace Coco.Bench;

/// <summary>Runs the same program on another node by eth_call, under a state override or, where a node has none, deployed first.</summary>
internal sealed class PeerMachine(ChainClient client, ProgramOptions options)
{
    private const int WarmUpCalls = 10;

    /// <summary>STOP.</summary>
    private static readonly byte[] Nothing = [0x00];

    /// <summary>Code that returns the number 42, to see whether overrides work.</summary>
    private static readonly byte[] Probe = Convert.FromHexString("602a60005260206000f3");

    public async Task<PeerSpeed> MeasureAsync(long gas, string output, CancellationToken cancellation)
    {
        JsonElement version = await client.CallAsync("web3_clientVersion", "", cancellation);
        string call = await PrepareAsync(options.Code, options.Input, cancellation);
        string idle = await PrepareAsync(Nothing, options.Input, cancellation);
        for (int i = 0; i < WarmUpCalls; i++) await client.TryCallAsync("eth_call", call, cancellation);
        double busy = await FastestAsync(call, cancellation), rest = await FastestAsync(idle, cancellation);
        (JsonElement result, string? error) = await client.TryCallAsync("eth_call", call, cancellation);
        double seconds = Math.Max(busy - rest, 1e-7);
        bool isEqual = error is null && string.Equals(result.GetString(), output, StringComparison.OrdinalIgnoreCase);
        return new PeerSpeed(version.GetString()!, Programs.Round(seconds), Programs.Mgas(gas, seconds), isEqual);
    }

    /// <summary>The parameters of an eth_call that runs the code.</summary>
    private async Task<string> PrepareAsync(byte[] code, byte[] input, CancellationToken cancellation)
    {
        (JsonElement answer, string? error) = await client.TryCallAsync("eth_call", Overridden(Probe, []), cancellation);
        bool hasOverrides = error is null && answer.GetString()!.EndsWith("2a", StringComparison.Ordinal);
        return hasOverrides ? Overridden(code, input) : Render(await DeployAsync(code, cancellation), input);
    }

    private string Overridden(byte[] code, byte[] input) =>
        $$$"""{{{Render(ProgramWorld.Contract.ToString(), input)}}},{"{{{ProgramWorld.Contract}}}":{"code":"0x{{{Convert.ToHexStringLower(code)}}}"}}""";

    private string Render(string to, byte[] input) =>
        $$"""{"from":"{{ProgramWorld.Caller}}","to":"{{to}}","gas":"0x{{options.Gas:x}}","data":"0x{{Convert.ToHexStringLower(input)}}"},"latest" """;

    private async Task<string> DeployAsync(byte[] code, CancellationToken cancellation)
    {
        JsonElement accounts = await client.CallAsync("eth_accounts", "", cancellation);
        if (accounts.GetArrayLength() == 0)
            throw new BenchFailureException(BenchFailureKind.Missing, "The peer takes no state override and has no account that could deploy the code.");
        // PUSH3 length, DUP1, PUSH1 12, PUSH1 0, CODECOPY, PUSH0, RETURN
        byte[] init = [0x62, (byte)(code.Length >> 16), (byte)(code.Length >> 8), (byte)code.Length, 0x80, 0x60, 0x0c, 0x60, 0x00, 0x39, 0x5f, 0xf3, .. code];
        JsonElement hash = await client.CallAsync("eth_sendTransaction",
            $$"""{"from":"{{accounts[0].GetString()}}","gas":"0x{{ProgramOptions.DefaultGas:x}}","data":"0x{{Convert.ToHexStringLower(init)}}"}""", cancellation);
        return (await client.ReceiptAsync(hash.GetString()!, cancellation)).GetProperty("contractAddress").GetString()!;
    }

    private async Task<double> FastestAsync(string parameters, CancellationToken cancellation)
    {
        double[] seconds = new double[options.Repeat];
        for (int i = 0; i < seconds.Length; i++)
        {
            long at = Stopwatch.GetTimestamp();
            await client.TryCallAsync("eth_call", parameters, cancellation);
            seconds[i] = Stopwatch.GetElapsedTime(at).TotalSeconds;
        }
        return Programs.Fastest(seconds);
    }
}
