using System.Diagnostics;
using System.Text;
using System.Text.Json;
using Coco.Ledgers;
using Coco.Ledgers.Ethereum;
using Coco.Ledgers.Ethereum.JsonRpc;
using Coco.Primitives;

namespace Coco.Conformance;

/// <summary>
/// The execution-apis tests: a genesis, a chain, and files of requests with the answers that are wanted. Where a file says that
/// only the schema counts (<c>speconly</c>), the shape of the answer is compared.
/// </summary>
public static class RpcRunner
{
    public const string Kind = "rpc";

    public static ConformanceResult Run(string path, ConformanceOptions options)
    {
        var result = new ConformanceResult(Kind);
        long start = Stopwatch.GetTimestamp();
        Dictionary<string, byte[]> files = TestFiles.Read(WithChain(path), IsWanted).ToDictionary(file => file.Name, file => file.Content);
        string root = files.Keys.FirstOrDefault(name => name.EndsWith("genesis.json", StringComparison.Ordinal)) is { } found
            ? found[..^"genesis.json".Length] : throw new UnknownFormatException($"{path} holds no genesis.json.");
        if (!files.TryGetValue(root + "chain.rlp", out byte[]? chain)) throw new UnknownFormatException($"{path} holds no chain.rlp.");
        IClientProtocol protocol = Build(files[root + "genesis.json"], chain);
        foreach (string name in files.Keys.Where(name => name.EndsWith(".io", StringComparison.Ordinal)).Order(StringComparer.Ordinal))
        {
            if (result.Passed + result.Failed >= options.MaxTests) break;
            string test = name[root.Length..];
            if (options.TakesTest(test) && IsUnder(path, test)) RunFile(protocol, test, Encoding.UTF8.GetString(files[name]), options, result);
        }
        result.Seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        return result;
    }

    /// <summary>The folder above a part of the suite that holds the chain; the path itself where it does, or nothing does.</summary>
    private static string WithChain(string path)
    {
        if (!Directory.Exists(path) && !path.EndsWith(".io", StringComparison.Ordinal)) return path;
        for (string? folder = Path.GetFullPath(path); folder is not null; folder = Path.GetDirectoryName(folder))
            if (File.Exists(Path.Combine(folder, "genesis.json")) && File.Exists(Path.Combine(folder, "chain.rlp"))) return folder;
        return path;
    }

    /// <summary>Whether a test belongs to the part of the suite that was asked for.</summary>
    private static bool IsUnder(string path, string test)
    {
        string whole = WithChain(path);
        if (whole == path) return true;
        string part = Path.GetRelativePath(whole, Path.GetFullPath(path)).Replace('\\', '/');
        return part is "." || test == part || test.StartsWith(part + "/", StringComparison.Ordinal);
    }

    private static bool IsWanted(string name) =>
        name.EndsWith(".io", StringComparison.Ordinal) || name.EndsWith("genesis.json", StringComparison.Ordinal)
            || name.EndsWith("chain.rlp", StringComparison.Ordinal);

    private static EthereumProtocol Build(byte[] genesis, byte[] blocks)
    {
        if (!EthereumSettings.TryRead(genesis, out EthereumSettings? settings, out string? error)) throw new UnknownFormatException(error!);
        settings = settings! with { BaseFee = BaseFeePolicy.Dynamic };
        using JsonDocument document = JsonDocument.Parse(genesis);
        var chain = new RpcChain(settings, TestWorld.Read(document.RootElement.GetProperty("alloc")));
        if (chain.Import(blocks) is { } wrong) throw new UnknownFormatException($"The chain cannot be imported: {wrong}.");
        var worker = new RpcWorker(chain);
        return new EthereumProtocol(
            chain.Ledger, new LedgerServices(worker, worker, worker, new PublicInsideTheNetwork(), worker));
    }

    private static void RunFile(
        IClientProtocol protocol, string test, string text, ConformanceOptions options, ConformanceResult result)
    {
        string method = test.Split('/')[0];
        bool isShapeOnly = !options.ComparesFully && text.Contains("speconly", StringComparison.Ordinal);
        string? request = null, wanted = null, actual = null;
        bool isEqual = true;
        foreach (string line in text.Split('\n'))
        {
            if (line.StartsWith(">>", StringComparison.Ordinal)) request = line[2..].Trim();
            if (!line.StartsWith("<<", StringComparison.Ordinal) || request is null || !isEqual) continue;
            wanted = line[2..].Trim();
            actual = Ask(protocol, request);
            isEqual = IsEqual(wanted, actual, isShapeOnly, options);
        }
        if (wanted is null) return;
        if (!result.Methods.TryGetValue(method, out ForkCount? count)) result.Methods[method] = count = new ForkCount();
        if (isEqual)
        {
            result.Pass("");
            count.Passed++;
            return;
        }
        result.Fail(test, "", wanted, actual!);
        count.Failed++;
    }

    private static bool IsEqual(string wanted, string actual, bool isShapeOnly, ConformanceOptions options)
    {
        if (actual.Length == 0 || !TryParse(wanted, out JsonDocument? expected)) return false;
        using JsonDocument _ = expected!, got = JsonDocument.Parse(actual);
        return isShapeOnly ? JsonComparison.HaveSameShape(expected!.RootElement, got.RootElement)
            : options.ComparesMessages ? JsonComparison.AreEqual(expected!.RootElement, got.RootElement)
            : JsonComparison.AreEqualButForMessages(expected!.RootElement, got.RootElement);
    }

    private static bool TryParse(string json, out JsonDocument? document)
    {
        document = null;
        try
        {
            document = JsonDocument.Parse(json);
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>All that the worker does completes at once.</summary>
    private static string Ask(IClientProtocol protocol, string request)
    {
        var answer = new ByteWriter();
        var question = new HttpQuestion("POST", "/", "", Encoding.UTF8.GetBytes(request), Caller.Anonymous);
        protocol.HandleAsync(question, answer, CancellationToken.None).AsTask().Wait();
        return Encoding.UTF8.GetString(answer.Span);
    }
}
