using System.CommandLine;
using Coco.Bench;

namespace Coco.Apps.Cli.Commands;

/// <summary>The virtual machine alone: how fast a program runs.</summary>
internal static class ProgramCommands
{
    public static Command Bench()
    {
        Option<string> code = new("--code") { Description = "Deployed code in hex, or @FILE that holds it.", Required = true, HelpName = "HEX" };
        Option<string> input = new("--input") { Description = "Call data in hex, or @FILE.", HelpName = "HEX", DefaultValueFactory = _ => "" };
        Option<ulong> gas = new("--gas") { Description = "Gas of the call.", DefaultValueFactory = _ => ProgramOptions.DefaultGas };
        Option<int> repeat = new("--repeat") { Description = "Timed runs; the fastest counts.", DefaultValueFactory = _ => 20 };
        Option<string?> peer = new("--peer") { Description = "A JSON-RPC node that runs the same by eth_call.", HelpName = "URL" };
        Option<bool> json = Shared.Json();
        Command command = new("evm", "Measure the virtual machine alone.\n\nExample: coco bench evm --code 5f5b600101806203ffff11600157 --peer http://127.0.0.1:8545")
        {
            code, input, gas, repeat, peer, json,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            ProgramReport report = await Programs.RunAsync(new ProgramOptions
            {
                Code = Bytes(parsed.GetRequiredValue(code)),
                Input = Bytes(parsed.GetValue(input) ?? ""),
                Gas = parsed.GetValue(gas),
                Repeat = parsed.GetValue(repeat),
                Peer = Shared.Url(parsed.GetValue(peer)),
            }, cancellation);
            if (parsed.GetValue(json)) Shared.PrintJson(report);
            else Print(report);
            return report.Peer is { OutputEqual: false } ? ExitCode.No : ExitCode.Done;
        });
        return command;
    }

    private static void Print(ProgramReport report)
    {
        List<(string, string)> facts =
        [
            ("gas", $"{report.Gas:N0}"), ("time", $"{report.Seconds * 1_000:N3} ms"), ("speed", $"{report.MgasPerSecond:N1} Mgas/s"),
            ("allocated", $"{report.AllocatedBytes:N0} bytes a run"),
        ];
        if (report.Error is { } error) facts.Add(("the code failed", error));
        if (report.Peer is { } peer)
        {
            facts.Add((peer.Version, $"{peer.MgasPerSecond:N1} Mgas/s, ratio {report.Ratio:N2}"));
            if (!peer.OutputEqual) facts.Add(("output", "DIFFERS from the peer's"));
        }
        Shared.PrintFacts(facts);
    }

    private static byte[] Bytes(string text)
    {
        if (text.StartsWith('@')) text = File.ReadAllText(text[1..]).Trim();
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase)) text = text[2..];
        try
        {
            return Convert.FromHexString(text);
        }
        catch (FormatException)
        {
            throw new BenchFailureException(BenchFailureKind.Usage, "--code and --input are bytes in hex.");
        }
    }
}
