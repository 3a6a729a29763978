using System.Text;
using System.Text.Json;
using Coco.Crypto;
using Coco.Ledgers.Ethereum;

namespace Coco.Conformance;

/// <summary>TrieTests: <c>in</c> pairs in order or an object in any order, <c>root</c>; secure tries by the file's name; next and previous keys.</summary>
public sealed class TrieRunner : IConformanceRunner
{
    private const string Fork = "-";

    public string Kind => "trie";

    public bool TryRun(string file, JsonElement root, ConformanceOptions options, ConformanceResult result)
    {
        bool isKnown = false;
        if (root.ValueKind != JsonValueKind.Object) return false;
        foreach (JsonProperty test in root.EnumerateObject())
        {
            if (test.Value.Field("in") is not { } input) continue;
            string name = $"{file}::{test.Name}";
            bool isTaken = options.TakesTest(name) && options.TakesFork(Fork);
            if (test.Value.Field("root") is { } expected)
            {
                isKnown = true;
                if (isTaken) RunRoot(name, file, input, expected, result);
            }
            else if (test.Value.Field("tests") is { } questions)
            {
                isKnown = true;
                if (isTaken) RunNeighbours(name, input, questions, result);
            }
        }
        return isKnown;
    }

    private static void RunRoot(string name, string file, JsonElement input, JsonElement expected, ConformanceResult result)
    {
        bool isSecure = Path.GetFileName(file).Contains("secure", StringComparison.OrdinalIgnoreCase);
        var trie = new PartialTrie();
        foreach ((byte[] key, byte[] value) in Pairs(input))
            trie.Set(isSecure ? Keccak256.Hash(key).Span : key, value);
        result.Compare(name, Fork, expected.Hash().ToString(), trie.Root().ToString());
    }

    private static IEnumerable<(byte[] Key, byte[] Value)> Pairs(JsonElement input)
    {
        if (input.ValueKind == JsonValueKind.Object)
        {
            foreach (JsonProperty pair in input.EnumerateObject()) yield return (Raw(pair.Name), RawOrNothing(pair.Value));
            yield break;
        }
        foreach (JsonElement pair in input.EnumerateArray()) yield return (Raw(pair[0].Text()), RawOrNothing(pair[1]));
    }

    private static byte[] RawOrNothing(JsonElement value) => value.ValueKind == JsonValueKind.Null ? [] : Raw(value.Text());

    private static byte[] Raw(string text) =>
        text.StartsWith("0x", StringComparison.Ordinal) ? Convert.FromHexString(text[2..]) : Encoding.UTF8.GetBytes(text);

    /// <summary>The keys before and after a key: what the order of an ordered map must give.</summary>
    private static void RunNeighbours(string name, JsonElement input, JsonElement questions, ConformanceResult result)
    {
        string[] keys = [.. input.EnumerateArray().Select(key => key.Text()).Order(StringComparer.Ordinal)];
        foreach (JsonElement question in questions.EnumerateArray())
        {
            string at = question[0].Text();
            string before = keys.LastOrDefault(key => string.CompareOrdinal(key, at) < 0) ?? "";
            string after = keys.FirstOrDefault(key => string.CompareOrdinal(key, at) > 0) ?? "";
            result.Compare($"{name}/{at}", Fork, $"{question[1].Text()},{question[2].Text()}", $"{before},{after}");
        }
    }
}
