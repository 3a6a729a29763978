using System.Text.Json;
using Coco.Evm;
using Coco.Evm.State;
using Coco.Ledgers.Ethereum;
using Coco.Primitives;

namespace Coco.Conformance.Fuzz;

/// <summary>
/// Gives each case to a development node too (anvil, or any with hardhat_setCode and its kin) and compares: whether it is taken,
/// gas, status, output, logs, and balance, nonce, code and slots of every account that changed.
/// </summary>
internal sealed class PeerRun : IDisposable
{
    private const int ReceiptTries = 2_000;
    private const int TriesBetweenLooks = 20;

    private readonly PeerRpc _rpc;
    private readonly FuzzReport _report;
    private readonly Dictionary<ulong, Hash256> _hashes = [];

    public PeerRun(Uri url, FuzzReport report)
    {
        _rpc = new PeerRpc(url);
        _report = report;
        report.Peer = _rpc.Call("web3_clientVersion", "").GetString();
        _rpc.Call("hardhat_reset", ""); // accounts of a seed must be new
        ChainId = _rpc.Call("eth_chainId", "").Number();
        Fork = ForkOf();
    }

    public ulong ChainId { get; }

    public EvmFork Fork { get; }

    public void Dispose() => _rpc.Dispose();

    public void Compare(FuzzCase fuzzCase, FuzzMachine machine)
    {
        _rpc.CallAll(Preparation(fuzzCase));
        var state = new PeerState(_rpc);
        machine.Probe(fuzzCase, Environment(_rpc.Call("eth_getBlockByNumber", "\"latest\",false"), ahead: 1), new FuzzWorld(fuzzCase, state));
        state.Seal();
        string raw = Convert.ToHexStringLower(fuzzCase.Transaction.Raw.Span);
        (JsonElement sent, string? refusal) = _rpc.TryCall("eth_sendRawTransaction", $"\"0x{raw}\"");
        JsonElement receipt = default;
        if (refusal is null && !TryGetReceipt(sent.GetString()!, out receipt)) refusal = "dropped";
        string tag = refusal is null ? receipt.GetProperty("blockNumber").GetString()! : "latest";
        JsonElement block = _rpc.Call("eth_getBlockByNumber", $"\"{tag}\",false");
        FuzzOutcome outcome = machine.Run(fuzzCase, Environment(block, ahead: 0), new FuzzWorld(fuzzCase, state));
        if (state.HasMissed) return;
        _report.Compared++;
        if (outcome.IsExecuted != refusal is null)
        {
            Differ(fuzzCase, "validity", refusal ?? "taken", outcome.Refusal.ToString());
            return;
        }
        if (refusal is not null) return;
        CompareReceipt(fuzzCase, receipt, outcome);
        CompareOutput(fuzzCase, sent.GetString()!, outcome);
        CompareState(fuzzCase, outcome, tag);
    }

    private EvmFork ForkOf()
    {
        (JsonElement info, string? error) = _rpc.TryCall("anvil_nodeInfo", "");
        string? name = error is null ? info.Field("hardFork")?.Text() : null;
        if (name is null) return EvmFork.Osaka;
        return ForkNames.TryGet(char.ToUpperInvariant(name[0]) + name[1..].ToLowerInvariant(), out EvmFork fork) ? fork
            : throw new IOException($"The peer runs the rules {name}, which are not known.");
    }

    private static List<(string, string)> Preparation(FuzzCase fuzzCase)
    {
        List<(string, string)> calls = [("hardhat_setBalance", $"\"{fuzzCase.Sender}\",\"{fuzzCase.SenderBalance}\"")];
        foreach (FuzzContract contract in fuzzCase.Contracts)
        {
            calls.Add(("hardhat_setCode", $"\"{contract.Address}\",\"{JsonFields.Hex(contract.Code)}\""));
            calls.Add(("hardhat_setBalance", $"\"{contract.Address}\",\"{contract.Balance}\""));
            foreach ((UInt256 slot, UInt256 value) in contract.Storage)
                calls.Add(("hardhat_setStorageAt", $"\"{contract.Address}\",\"{slot}\",\"{JsonFields.Hex(value.ToBigEndian())}\""));
        }
        foreach (Address authority in fuzzCase.Authorities) calls.Add(("hardhat_setBalance", $"\"{authority}\",\"{fuzzCase.AuthorityBalance}\""));
        return calls;
    }

    /// <summary>False: the node took the transaction and dropped it when it came to execute it.</summary>
    private bool TryGetReceipt(string hash, out JsonElement receipt)
    {
        for (int i = 0; i < ReceiptTries; i++)
        {
            receipt = _rpc.Call("eth_getTransactionReceipt", $"\"{hash}\"");
            if (receipt.ValueKind == JsonValueKind.Object) return true;
            bool isPatient = i % TriesBetweenLooks != 0 || i == 0;
            if (!isPatient && _rpc.Call("eth_getTransactionByHash", $"\"{hash}\"").ValueKind != JsonValueKind.Object) return false;
            Thread.Sleep(1);
        }
        throw new IOException($"The peer gives no receipt for {hash}.");
    }

    /// <summary>The block as the machine sees it, or the one so many <paramref name="ahead"/>.</summary>
    private BlockEnvironment Environment(JsonElement block, uint ahead)
    {
        ulong number = block.Field("number")!.Value.Number();
        _hashes[number] = block.Field("hash")!.Value.Hash();
        if (number > 0) _hashes[number - 1] = block.Field("parentHash")!.Value.Hash();
        return new BlockEnvironment
        {
            Fork = Fork,
            ChainId = ChainId,
            Number = number + ahead,
            Timestamp = block.Field("timestamp")!.Value.Number() + ahead,
            Coinbase = block.Field("miner")!.Value.Address(),
            GasLimit = (long)block.Field("gasLimit")!.Value.Number(),
            BaseFee = block.Field("baseFeePerGas")?.Word() ?? default,
            Difficulty = block.Field("difficulty")?.Word() ?? default,
            PrevRandao = block.Field("mixHash") is { } mix ? new UInt256(mix.Hash().Span) : default,
            BlobBaseFee = BlobFee.Price(block.Field("excessBlobGas")?.Number() ?? 0, ForkSchedule.BlobsOf(Fork).UpdateFraction),
            BlockHash = HashOf,
        };
    }

    private Hash256 HashOf(ulong number)
    {
        if (_hashes.TryGetValue(number, out Hash256 known)) return known;
        return _hashes[number] = _rpc.Call("eth_getBlockByNumber", $"\"0x{number:x}\",false").Field("hash")!.Value.Hash();
    }

    private void CompareReceipt(FuzzCase fuzzCase, JsonElement receipt, FuzzOutcome outcome)
    {
        ulong gas = receipt.Field("gasUsed")!.Value.Number();
        if (gas != (ulong)outcome.GasUsed) Differ(fuzzCase, "gas", $"{gas}", $"{outcome.GasUsed} ({outcome.Error})");
        bool succeeded = receipt.Field("status")!.Value.Number() == 1;
        if (succeeded != outcome.IsSuccess) Differ(fuzzCase, "status", $"{succeeded}", outcome.Error.ToString());
        string wanted = string.Join("; ", receipt.GetProperty("logs").EnumerateArray().Select(Text));
        string actual = string.Join("; ", (outcome.IsSuccess ? outcome.Logs : []).Select(Text));
        if (!string.Equals(wanted, actual, StringComparison.OrdinalIgnoreCase)) Differ(fuzzCase, "logs", wanted, actual);
    }

    private void CompareOutput(FuzzCase fuzzCase, string hash, FuzzOutcome outcome)
    {
        if (fuzzCase.Transaction.To is null) return;
        (JsonElement trace, string? error) = _rpc.TryCall("debug_traceTransaction", $$$"""
            "{{{hash}}}",{"tracer":"callTracer","tracerConfig":{"onlyTopCall":true}}
            """);
        if (error is not null) return;
        string wanted = trace.Field("output")?.Text() ?? "0x", actual = JsonFields.Hex(outcome.Output);
        if (!string.Equals(wanted, actual, StringComparison.OrdinalIgnoreCase)) Differ(fuzzCase, "output", wanted, actual);
    }

    private void CompareState(FuzzCase fuzzCase, FuzzOutcome outcome, string tag)
    {
        List<(string, string)> calls = [];
        List<(string What, string Ours)> ours = [];
        foreach (FuzzAccount account in outcome.Accounts)
        {
            AccountChange change = account.Change;
            string address = change.Address.ToString(), at = $"\"{address}\",\"{tag}\"";
            calls.Add(("eth_getBalance", at));
            ours.Add(($"balance of {address}", (change.Exists ? change.Balance : default).ToString()));
            calls.Add(("eth_getTransactionCount", at));
            ours.Add(($"nonce of {address}", new UInt256(change.Exists ? change.Nonce : 0).ToString()));
            if (account.NewCode is { } code)
            {
                calls.Add(("eth_getCode", at));
                ours.Add(($"code of {address}", JsonFields.Hex(code)));
            }
            foreach (SlotChange slot in account.Slots)
            {
                calls.Add(("eth_getStorageAt", $"\"{address}\",\"{slot.Key}\",\"{tag}\""));
                ours.Add(($"slot {slot.Key} of {address}", slot.Value.ToString()));
            }
        }
        JsonElement[] theirs = _rpc.CallAll(calls);
        for (int i = 0; i < theirs.Length; i++)
        {
            string wanted = ours[i].What.StartsWith("code", StringComparison.Ordinal) ? theirs[i].GetString()! : theirs[i].Word().ToString();
            if (!string.Equals(wanted, ours[i].Ours, StringComparison.OrdinalIgnoreCase)) Differ(fuzzCase, ours[i].What, wanted, ours[i].Ours);
        }
    }

    private static string Text(JsonElement log) =>
        $"{log.Field("address")!.Value.Text()} {string.Join(',', log.GetProperty("topics").EnumerateArray().Select(topic => topic.Text()))} {log.Field("data")!.Value.Text()}";

    private static string Text(LogEntry log) => $"{log.Address} {string.Join(',', log.Topics)} {JsonFields.Hex(log.Data.Span)}";

    private void Differ(FuzzCase fuzzCase, string check, string expected, string actual)
    {
        if (_report.Differences.Count < FuzzLimits.Problems) _report.Differences.Add(new FuzzProblem(fuzzCase.Seed, check, expected, actual));
    }
}
