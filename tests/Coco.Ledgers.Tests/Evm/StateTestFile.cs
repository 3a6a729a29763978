using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using Coco.Crypto;
using Coco.Evm;
using Coco.Evm.Transactions;
using Coco.Primitives;

namespace Coco.Ledgers.Tests.Evm;

/// <summary>One expectation of a state test: a transaction on a world under a fork.</summary>
internal sealed record StateTestCase(
    string Name, TestWorld World, BlockEnvironment Block, EvmTransaction? Transaction, Hash256 Root, Hash256 Logs, string? Exception);

/// <summary>Reads Ethereum state tests, both layouts.</summary>
internal static class StateTestFile
{
    /// <summary>The Prague files were filled for this chain, which gives the base fee to a contract.</summary>
    private const ulong GnosisChain = 100;

    private static readonly Address GnosisCollector = new(Convert.FromHexString("6bbe78ee9e474842dbd4ab4987b3cefe88426a92"));

    private static readonly Dictionary<string, EvmFork> Forks = new()
    {
        ["EIP150"] = EvmFork.TangerineWhistle,
        ["EIP158"] = EvmFork.SpuriousDragon,
        ["ConstantinopleFix"] = EvmFork.Petersburg,
        ["Merge"] = EvmFork.Paris,
    };

    public static IEnumerable<StateTestCase> ReadArchive(string path)
    {
        using FileStream file = File.OpenRead(path);
        using GZipStream unpacked = new(file, CompressionMode.Decompress);
        using TarReader tar = new(unpacked);
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.DataStream is null || !entry.Name.EndsWith(".json", StringComparison.Ordinal)) continue;
            using JsonDocument document = JsonDocument.Parse(entry.DataStream);
            foreach (StateTestCase test in Read(entry.Name, document.RootElement)) yield return test;
        }
    }

    private static IEnumerable<StateTestCase> Read(string file, JsonElement root)
    {
        foreach (JsonProperty test in root.EnumerateObject())
            foreach (JsonProperty fork in test.Value.GetProperty("post").EnumerateObject())
            {
                EvmFork rules = Forks.TryGetValue(fork.Name, out EvmFork named) ? named : Enum.Parse<EvmFork>(fork.Name);
                foreach (JsonElement post in fork.Value.EnumerateArray())
                {
                    JsonElement indexes = post.GetProperty("indexes");
                    int data = indexes.GetProperty("data").GetInt32(), gas = indexes.GetProperty("gas").GetInt32();
                    int value = indexes.GetProperty("value").GetInt32();
                    yield return new StateTestCase(
                        $"{file} {test.Name} {fork.Name} d{data} g{gas} v{value}",
                        ReadWorld(test.Value.GetProperty("pre")), ReadBlock(test.Value, rules),
                        ReadTransaction(test.Value.GetProperty("transaction"), data, gas, value),
                        ReadHash(post.GetProperty("hash")), ReadHash(post.GetProperty("logs")),
                        post.TryGetProperty("expectException", out JsonElement exception) ? exception.GetString() : null);
                }
            }
    }

    private static TestWorld ReadWorld(JsonElement pre)
    {
        TestWorld world = new();
        foreach (JsonProperty account in pre.EnumerateObject())
        {
            Assert.True(Address.TryParse(account.Name, out Address address));
            TestWorld.Account added = world.Add(
                address, Number(account.Value, "nonce").U0, Number(account.Value, "balance"), Hex(account.Value.GetProperty("code")));
            foreach (JsonProperty slot in account.Value.GetProperty("storage").EnumerateObject())
                if (!Number(slot.Value).IsZero) added.Storage[Number(slot.Name)] = Number(slot.Value);
        }
        return world;
    }

    private static BlockEnvironment ReadBlock(JsonElement test, EvmFork fork)
    {
        JsonElement env = test.GetProperty("env");
        ulong chain = test.TryGetProperty("config", out JsonElement config) ? Number(config, "chainid").U0 : 1;
        ulong fraction = fork >= EvmFork.Prague ? 5007716UL : 3338477UL;
        return new BlockEnvironment
        {
            Fork = fork,
            ChainId = chain,
            FeeCollector = chain == GnosisChain ? GnosisCollector : null,
            Number = Number(env, "currentNumber").U0,
            Timestamp = Number(env, "currentTimestamp").U0,
            Coinbase = ReadAddress(env.GetProperty("currentCoinbase")),
            GasLimit = (long)Math.Min(Number(env, "currentGasLimit").U0, long.MaxValue),
            BaseFee = Number(env, "currentBaseFee"),
            Difficulty = Number(env, "currentDifficulty"),
            PrevRandao = Number(env, "currentRandom"),
            BlobBaseFee = BlobFee.Price(Number(env, "currentExcessBlobGas").U0, fraction),
            MaxBlobs = fork >= EvmFork.Prague ? 9 : 6,
            BlockHash = number => Keccak256.Hash(System.Text.Encoding.ASCII.GetBytes($"{number}")),
        };
    }

    /// <summary>Null if a field does not fit its type, so that no transaction could carry it.</summary>
    private static EvmTransaction? ReadTransaction(JsonElement tx, int data, int gas, int value)
    {
        string valueText = tx.GetProperty("value")[value].GetString()!;
        if (!UInt256.TryParse(valueText, out UInt256 amount)) return null;
        bool isDynamic = tx.TryGetProperty("maxFeePerGas", out _);
        UInt256 maxFee = isDynamic ? Number(tx, "maxFeePerGas") : Number(tx, "gasPrice");
        AccessListEntry[] accessList = [];
        bool hasAccessList = tx.TryGetProperty("accessLists", out JsonElement lists)
            && lists[data].ValueKind == JsonValueKind.Array;
        if (hasAccessList) accessList = lists[data].EnumerateArray().Select(ReadAccess).ToArray();
        bool hasBlobs = tx.TryGetProperty("blobVersionedHashes", out JsonElement blobs);
        bool hasAuthorizations = tx.TryGetProperty("authorizationList", out JsonElement authorizations);
        string to = tx.GetProperty("to").GetString()!;
        return new EvmTransaction
        {
            Type = (byte)(hasAuthorizations ? 4 : hasBlobs || tx.TryGetProperty("maxFeePerBlobGas", out _) ? 3
                : isDynamic ? 2 : hasAccessList ? 1 : 0),
            Sender = ReadAddress(tx.GetProperty("sender")),
            To = to.Length <= 2 ? null : ReadAddress(tx.GetProperty("to")),
            Nonce = Number(tx, "nonce").U0,
            Value = amount,
            GasLimit = Number(tx.GetProperty("gasLimit")[gas]).U0,
            MaxFeePerGas = maxFee,
            MaxPriorityFeePerGas = isDynamic ? Number(tx, "maxPriorityFeePerGas") : maxFee,
            Data = Hex(tx.GetProperty("data")[data]),
            AccessList = accessList,
            BlobHashes = hasBlobs ? blobs.EnumerateArray().Select(ReadHash).ToArray() : [],
            MaxFeePerBlobGas = Number(tx, "maxFeePerBlobGas"),
            Authorizations = hasAuthorizations ? authorizations.EnumerateArray().Select(ReadAuthorization).ToArray() : [],
        };
    }

    private static AccessListEntry ReadAccess(JsonElement entry) => new(
        ReadAddress(entry.GetProperty("address")), entry.GetProperty("storageKeys").EnumerateArray().Select(Number).ToArray());

    private static Authorization ReadAuthorization(JsonElement item)
    {
        UInt256 chain = Number(item, "chainId"), nonce = Number(item, "nonce");
        Address target = ReadAddress(item.GetProperty("address"));
        byte[] message = [0x05, .. TestRlp.List(TestRlp.Number(chain), TestRlp.Bytes(target.Span), TestRlp.Number(nonce))];
        UInt256 s = Number(item, "s"), parity = Number(item, item.TryGetProperty("yParity", out _) ? "yParity" : "v");
        byte[] signature = [.. Number(item, "r").ToBigEndian(), .. s.ToBigEndian()];
        byte[] signer = new byte[Address.Size];
        UInt256 half = new(0xdfe92f46681b20a0, 0x5d576e7357a4501d, ulong.MaxValue, ulong.MaxValue >> 1);
        bool valid = parity <= 1 && s <= half && nonce.IsUInt64
            && Secp256k1.TryRecoverAddress(Keccak256.Hash(message).Span, signature, (int)parity.U0, signer);
        return new Authorization(chain, target, nonce.U0, valid ? new Address(signer) : null);
    }

    private static Address ReadAddress(JsonElement text)
    {
        Assert.True(Address.TryParse(text.GetString(), out Address address));
        return address;
    }

    private static Hash256 ReadHash(JsonElement text)
    {
        Assert.True(Hash256.TryParse(text.GetString(), out Hash256 hash));
        return hash;
    }

    private static byte[] Hex(JsonElement text) => Convert.FromHexString(text.GetString()!.AsSpan(2));

    private static UInt256 Number(JsonElement parent, string name) =>
        parent.TryGetProperty(name, out JsonElement value) ? Number(value) : default;

    private static UInt256 Number(JsonElement value) =>
        value.ValueKind == JsonValueKind.Number ? value.GetUInt64() : Number(value.GetString()!);

    private static UInt256 Number(string text)
    {
        if (text == "0x") return default;
        Assert.True(UInt256.TryParse(text, out UInt256 value), text);
        return value;
    }
}
