using System.Text.Json;
using Coco.Crypto;
using Coco.Evm;
using Coco.Evm.Code;
using Coco.Evm.State;
using Coco.Evm.Transactions;
using Coco.Ledgers.Ethereum;
using Coco.Primitives;

namespace Coco.Conformance;

/// <summary>Ethereum state tests, of the older and the newer layout: one transaction, the state root and logs hash after it.</summary>
public sealed class StateRunner : IConformanceRunner
{
    private const ulong GnosisChainId = 100;
    private const ulong BlobGas = 1 << 17;

    private static readonly Address GnosisCollector = new(Convert.FromHexString("6bbe78ee9e474842dbd4ab4987b3cefe88426a92"));

    private readonly JournaledState _state = new(new CodeCache());
    private readonly TransactionProcessor _processor;

    public StateRunner() => _processor = new TransactionProcessor(_state);

    public string Kind => "state";

    public bool TryRun(string file, JsonElement root, ConformanceOptions options, ConformanceResult result)
    {
        bool isKnown = false;
        if (root.ValueKind != JsonValueKind.Object) return false;
        foreach (JsonProperty test in root.EnumerateObject())
        {
            if (test.Value.Field("post") is not { ValueKind: JsonValueKind.Object } post || test.Value.Field("transaction") is null
                || test.Value.Field("pre") is null || test.Value.Field("env") is null) continue;
            isKnown = true;
            string name = $"{file}::{test.Name}";
            if (!options.TakesTest(name)) continue;
            foreach (JsonProperty fork in post.EnumerateObject())
                if (options.TakesFork(fork.Name)) RunFork(name, test.Value, fork, result);
        }
        return isKnown;
    }

    private void RunFork(string name, JsonElement test, JsonProperty post, ConformanceResult result)
    {
        foreach (JsonElement expected in post.Value.EnumerateArray())
        {
            string indexes = expected.Field("indexes")?.GetRawText() ?? "";
            string at = $"{name}/{post.Name}/{string.Join(' ', indexes.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))}";
            if (!ForkNames.TryGet(post.Name, out EvmFork fork))
            {
                result.Skip(at, post.Name, $"the rules {post.Name} are not known");
                continue;
            }
            try
            {
                RunOne(at, post.Name, fork, test, expected, result);
            }
            catch (Exception failure) when (failure is FormatException or KeyNotFoundException or InvalidOperationException)
            {
                result.Fail(at, post.Name, "a test that can be read", failure.Message);
            }
        }
    }

    private void RunOne(string name, string forkName, EvmFork fork, JsonElement test, JsonElement expected, ConformanceResult result)
    {
        string? exception = expected.Field("expectException")?.Text();
        string? unreadable = null;
        EvmTransaction? transaction = null;
        try
        {
            transaction = ReadTransaction(test.Field("transaction")!.Value, expected);
        }
        catch (FormatException outOfRange)
        {
            unreadable = outOfRange.Message;
        }
        TestWorld world = TestWorld.Read(test.Field("pre")!.Value);
        _state.Reset(world);
        string? refused = unreadable ?? Execute(transaction!, forkName, fork, test, expected, result);
        if (exception is not null && refused is null)
        {
            result.Fail(name, forkName, exception, "executed");
            return;
        }
        // Tests of before 2020 do not say that a transaction is refused, but their miner has touched an account.
        if (exception is null && refused is not null) RewardCoinbase(ReadEnvironment(test, forkName, fork), fork);
        Hash256 logs = LogsHash(_state.Logs, isNothing: refused is not null);
        world.Take(_state);
        string actual = $"{world.Root()} {logs}";
        string wanted = $"{expected.Field("hash")!.Value.Hash()} {expected.Field("logs")?.Hash() ?? logs}";
        if (exception is null && refused is not null && actual != wanted) actual = $"refused: {refused}";
        else if (actual != wanted && expected.Field("state") is { ValueKind: JsonValueKind.Object } state)
            actual += " " + world.Difference(TestWorld.Read(state));
        result.Compare(name, forkName, wanted, actual);
    }

    /// <summary>Why the transaction was refused; null if it was executed.</summary>
    private string? Execute(
        EvmTransaction transaction, string forkName, EvmFork fork, JsonElement test, JsonElement expected, ConformanceResult result)
    {
        BlockEnvironment block = ReadEnvironment(test, forkName, fork);
        // The signed bytes decide where a test's mistake is in the encoding.
        if (expected.Field("expectException") is not null && expected.Field("txbytes") is { } bytes
            && !TransactionDecoder.TryDecode(bytes.Bytes(), out _, out string? error)) return error;
        TransactionResult outcome = _processor.Execute(block, transaction, block.GasLimit);
        result.Gas += (ulong)outcome.GasUsed;
        if (!outcome.IsExecuted) return outcome.Refusal.ToString();
        if (block.ChainId == GnosisChainId) PayCollector(block, transaction, outcome);
        RewardCoinbase(block, fork);
        return null;
    }

    /// <summary>Gnosis does not burn base fee and blob fee but collects them; tests filled for it say so by their chain id.</summary>
    private void PayCollector(BlockEnvironment block, EvmTransaction transaction, in TransactionResult outcome)
    {
        UInt256 blobs = block.BlobBaseFee * ((ulong)transaction.BlobHashes.Length * BlobGas);
        UInt256 fee = (block.BaseFee * (ulong)outcome.GasUsed) + blobs;
        if (fee.IsZero) return;
        _state.AddBalance(_state.Account(GnosisCollector), fee);
        _state.FinishTransaction(deleteEmpty: true);
    }

    /// <summary>State tests are filled with a block reward of zero, which touches the coinbase.</summary>
    private void RewardCoinbase(BlockEnvironment block, EvmFork fork)
    {
        int coinbase = _state.Account(block.Coinbase);
        _state.Touch(coinbase, fork >= EvmFork.SpuriousDragon);
        _state.FinishTransaction(fork >= EvmFork.SpuriousDragon);
    }

    private static BlockEnvironment ReadEnvironment(JsonElement test, string forkName, EvmFork fork)
    {
        JsonElement env = test.Field("env")!.Value;
        BlobParameters blobs = ForkNames.Blobs(forkName, test.Field("config"));
        ulong number = env.Field("currentNumber")?.Number() ?? 1;
        ulong excess = env.Field("currentExcessBlobGas")?.Number() ?? 0;
        return new BlockEnvironment
        {
            Fork = fork,
            ChainId = test.Field("config")?.Field("chainid")?.Number() ?? 1,
            Number = number,
            Timestamp = env.Field("currentTimestamp")?.Number() ?? 0,
            Coinbase = env.Field("currentCoinbase")?.Address() ?? default,
            GasLimit = env.Field("currentGasLimit")?.Word() is { IsUInt64: true } limit ? (long)Math.Min(limit.U0, long.MaxValue) : long.MaxValue,
            BaseFee = fork >= EvmFork.London ? env.Field("currentBaseFee")?.Word() ?? (UInt256)10UL : default,
            Difficulty = env.Field("currentDifficulty")?.Word() ?? default,
            PrevRandao = env.Field("currentRandom")?.Word() ?? env.Field("currentDifficulty")?.Word() ?? default,
            BlobBaseFee = BlobFee.Price(excess, blobs.UpdateFraction),
            MaxBlobs = blobs.Max,
            BlockHash = asked => Keccak256.Hash(System.Text.Encoding.ASCII.GetBytes(asked.ToString())),
        };
    }

    private static EvmTransaction ReadTransaction(JsonElement t, JsonElement expected)
    {
        JsonElement indexes = expected.Field("indexes")!.Value;
        int data = (int)indexes.Field("data")!.Value.Number(), gas = (int)indexes.Field("gas")!.Value.Number(),
            value = (int)indexes.Field("value")!.Value.Number();
        JsonElement? lists = t.Field("accessLists");
        AccessListEntry[] accessList = lists is { } all && data < all.GetArrayLength() ? ReadAccessList(all[data]) : [];
        UInt256 price = t.Field("gasPrice")?.Word() ?? default;
        UInt256 feeCap = t.Field("maxFeePerGas")?.Word() ?? price;
        byte type = t.Field("authorizationList") is not null ? (byte)4
            : t.Field("maxFeePerBlobGas") is not null || t.Field("blobVersionedHashes") is not null ? (byte)3
            : t.Field("maxFeePerGas") is not null ? (byte)2
            : lists is { } has && data < has.GetArrayLength() && has[data].ValueKind == JsonValueKind.Array ? (byte)1 : (byte)0;
        string to = t.Field("to")?.Text() ?? "";
        return new EvmTransaction
        {
            Type = type,
            Sender = ReadSender(t),
            To = to is "" or "0x" ? null : t.Field("to")!.Value.Address(),
            Nonce = t.Field("nonce")!.Value.Number(),
            Value = t.Field("value")!.Value[value].Word(),
            GasLimit = t.Field("gasLimit")!.Value[gas].Number(),
            MaxFeePerGas = feeCap,
            MaxPriorityFeePerGas = t.Field("maxPriorityFeePerGas")?.Word() ?? feeCap,
            Data = t.Field("data")!.Value[data].Bytes(),
            AccessList = accessList,
            BlobHashes = t.Field("blobVersionedHashes") is { } hashes ? [.. hashes.EnumerateArray().Select(hash => hash.Hash())] : [],
            MaxFeePerBlobGas = t.Field("maxFeePerBlobGas")?.Word() ?? default,
            Authorizations = t.Field("authorizationList") is { } list ? [.. list.EnumerateArray().Select(ReadAuthorization)] : [],
        };
    }

    private static Address ReadSender(JsonElement t)
    {
        if (t.Field("sender") is { } sender) return sender.Address();
        Span<byte> publicKey = stackalloc byte[Secp256k1.PublicKeySize];
        Span<byte> address = stackalloc byte[Address.Size];
        if (!Secp256k1.TryGetPublicKey(t.Field("secretKey")!.Value.Hash().Span, publicKey)) throw new FormatException("The secret key is none.");
        Secp256k1.AddressOf(publicKey, address);
        return new Address(address);
    }

    private static AccessListEntry[] ReadAccessList(JsonElement list) => list.ValueKind != JsonValueKind.Array ? [] :
        [.. list.EnumerateArray().Select(item => new AccessListEntry(
            item.Field("address")!.Value.Address(), [.. item.Field("storageKeys")!.Value.EnumerateArray().Select(key => key.Word())]))];

    private static Authorization ReadAuthorization(JsonElement item)
    {
        UInt256 chainId = item.Field("chainId")!.Value.Word();
        Address address = item.Field("address")!.Value.Address();
        if (!item.Field("nonce")!.Value.TryWord(out UInt256 nonce) || !nonce.IsUInt64)
            return new Authorization(chainId, address, ulong.MaxValue, null);
        UInt256 parity = (item.Field("yParity") ?? item.Field("v"))!.Value.Word();
        var signed = new SignedAuthorization(
            chainId, address, nonce.U0, parity < 256 ? (byte)parity.U0 : byte.MaxValue, item.Field("r")!.Value.Word(), item.Field("s")!.Value.Word());
        return new Authorization(chainId, address, nonce.U0, SenderRecovery.TryRecover(signed, out Address authority) ? authority : null);
    }

    private static Hash256 LogsHash(LogList logs, bool isNothing)
    {
        var writer = new ByteWriter();
        int list = writer.BeginList();
        for (int i = 0; !isNothing && i < logs.Count; i++)
        {
            EvmLog log = logs[i];
            var topics = new Hash256[log.TopicCount];
            for (int j = 0; j < topics.Length; j++) topics[j] = log.Topic(j);
            new LogEntry(log.Address, topics, log.Data).WriteRlp(writer);
        }
        writer.EndList(list);
        return Keccak256.Hash(writer.Span);
    }
}
