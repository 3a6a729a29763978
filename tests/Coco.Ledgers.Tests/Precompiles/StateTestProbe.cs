using System.Formats.Tar;
using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using System.Text.RegularExpressions;
using Coco.Crypto;
using Coco.Evm;
using Coco.Evm.Precompiles;
using Coco.Ledgers.Tests.Conformance;

namespace Coco.Ledgers.Tests.Precompiles;

/// <summary>
/// Reads calls of precompiled contracts out of the state tests whose contract passes its input on to one of them and stores
/// whether the call succeeded and the hash of what it returned; runs them without the machine.
/// </summary>
internal static partial class StateTestProbe
{
    internal const string Archive = "state-tests-prague-osaka.tar.gz";

    /// <summary>One call and what the state test says about it.</summary>
    private sealed record Call(string Name, EvmFork Fork, ulong Number, long Gas, byte[] Input, bool Succeeds, string? OutputHash);

    /// <summary>Runs all calls of the files below <paramref name="folder"/>; returns how many.</summary>
    internal static int RunFolder(string folder)
    {
        int count = 0;
        ForEach(Archive, folder, test =>
        {
            foreach (Call call in Calls(test))
            {
                Check(call);
                count++;
            }
        });
        return count;
    }

    /// <summary>Visits the state tests of all files whose path contains <paramref name="path"/>.</summary>
    internal static void ForEach(string archive, string path, Action<JsonProperty> visit)
    {
        using var tar = new TarReader(new GZipStream(File.OpenRead(Vectors.PathOf(archive)), CompressionMode.Decompress));
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.DataStream is null || !entry.Name.Contains(path, StringComparison.Ordinal)) continue;
            using JsonDocument document = JsonDocument.Parse(entry.DataStream);
            foreach (JsonProperty test in document.RootElement.EnumerateObject()) visit(test);
        }
    }

    private static void Check(Call call)
    {
        Precompile? contract = PrecompileSet.At(Address.FromNumber(call.Number), call.Fork);
        Assert.True(contract is not null, call.Name);
        bool isPaid = contract.Gas(call.Input, call.Fork) <= call.Gas;
        byte[]? output = isPaid ? Contract.Run(call.Number, call.Input, call.Fork) : null;
        Assert.True(call.Succeeds == output is not null, $"{call.Name}: expected success {call.Succeeds}, gas {contract.Gas(call.Input, call.Fork)} of {call.Gas}");
        if (call.OutputHash is not null && output is not null) Assert.True(call.OutputHash == Keccak256.Hash(output).ToString(), call.Name);
    }

    private static IEnumerable<Call> Calls(JsonProperty test)
    {
        JsonElement transaction = test.Value.GetProperty("transaction");
        if (!transaction.TryGetProperty("to", out JsonElement to) || to.GetString() is not { Length: > 2 } target) yield break;
        if (!test.Value.GetProperty("pre").TryGetProperty(target, out JsonElement account)) yield break;
        Match match = PassOn().Match(account.GetProperty("code").GetString()!);
        if (!match.Success) yield break;
        foreach (JsonProperty post in test.Value.GetProperty("post").EnumerateObject())
        {
            if (!Enum.TryParse(post.Name, out EvmFork fork)) continue;
            foreach (JsonElement result in post.Value.EnumerateArray())
            {
                if (result.TryGetProperty("expectException", out _)) continue;
                JsonElement storage = result.GetProperty("state").GetProperty(target).GetProperty("storage");
                string input = transaction.GetProperty("data")[result.GetProperty("indexes").GetProperty("data").GetInt32()].GetString()!;
                bool succeeds = storage.TryGetProperty("0x00", out JsonElement success) && success.GetString() == "0x01";
                string? hash = storage.EnumerateObject().Select(slot => slot.Value.GetString()!).LastOrDefault(value => value.Length == 66);
                yield return new Call(
                    test.Name, fork, Number(match.Groups["to"].Value), (long)Number(match.Groups["gas"].Value), Contract.Hex(input), succeeds, hash);
            }
        }
    }

    /// <summary>CALLDATACOPY of everything, then CALL, STATICCALL or DELEGATECALL of a constant address with constant gas.</summary>
    [GeneratedRegex("^0x366000600037(5a)?60006000366000(6000)?(60(?<to>..)|61(?<to>....))(60(?<gas>..)|61(?<gas>.{4})|62(?<gas>.{6})|63(?<gas>.{8}))f[14a]")]
    private static partial Regex PassOn();

    private static ulong Number(string hex) => ulong.Parse(hex, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
}
