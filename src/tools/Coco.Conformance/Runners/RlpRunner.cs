using System.Globalization;
using System.Numerics;
using System.Text;
using System.Text.Json;
using Coco.Ledgers.Ethereum;
using Coco.Primitives;

namespace Coco.Conformance;

/// <summary>RLPTests: <c>in</c> a value, or INVALID or VALID; <c>out</c> its encoding.</summary>
public sealed class RlpRunner : IConformanceRunner
{
    private const string Fork = "-";
    private const int MaxDepth = 256;

    public string Kind => "rlp";

    public bool TryRun(string file, JsonElement root, ConformanceOptions options, ConformanceResult result)
    {
        bool isKnown = false;
        if (root.ValueKind != JsonValueKind.Object) return false;
        foreach (JsonProperty test in root.EnumerateObject())
        {
            if (test.Value.Field("in") is not { } input || test.Value.Field("out") is not { ValueKind: JsonValueKind.String } output) continue;
            isKnown = true;
            string name = $"{file}::{test.Name}";
            if (options.TakesTest(name) && options.TakesFork(Fork)) Run(name, input, output.Bytes(), result);
        }
        return isKnown;
    }

    private static void Run(string name, JsonElement input, byte[] output, ConformanceResult result)
    {
        RlpError error = RlpReader.Validate(output, MaxDepth);
        bool isValid = error == RlpError.None;
        if (input.ValueKind == JsonValueKind.String && input.GetString() is "INVALID" or "VALID")
        {
            string expected = input.GetString()!;
            result.Compare(name, Fork, expected, isValid ? "VALID" : "INVALID");
            return;
        }
        var writer = new ByteWriter();
        Write(writer, input);
        string actual = JsonFields.Hex(writer.Span);
        result.Compare(name, Fork, JsonFields.Hex(output), isValid ? actual : error.Text());
    }

    private static void Write(ByteWriter writer, JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.Array)
        {
            int list = writer.BeginList();
            foreach (JsonElement item in value.EnumerateArray()) Write(writer, item);
            writer.EndList(list);
            return;
        }
        string text = value.Text();
        if (value.ValueKind == JsonValueKind.Number) WriteNumber(writer, text);
        else if (text.StartsWith('#')) WriteNumber(writer, text[1..]);
        else writer.RlpBytes(Encoding.UTF8.GetBytes(text));
    }

    private static void WriteNumber(ByteWriter writer, string digits)
    {
        var number = BigInteger.Parse(digits, CultureInfo.InvariantCulture);
        writer.RlpBytes(number.IsZero ? [] : number.ToByteArray(isUnsigned: true, isBigEndian: true));
    }
}
