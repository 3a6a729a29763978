using System.Text.Json;

namespace Coco.Bench;

/// <summary>One answer: slices of the response.</summary>
public ref struct RpcAnswer
{
    /// <summary>The request's number; -1 where the node could not read it.</summary>
    public int Id;

    /// <summary>The JSON of the result; empty where the answer is an error.</summary>
    public ReadOnlySpan<byte> Result;

    /// <summary>The JSON of the error object; empty where there is none.</summary>
    public ReadOnlySpan<byte> Error;

    public readonly bool IsError => !Error.IsEmpty || Result.IsEmpty;

    public readonly bool IsNull => Error.IsEmpty && Result.SequenceEqual("null"u8);

    /// <summary>A receipt's status is 1. Receipts carry no text that a sender chose, so the first such name is the field's.</summary>
    public readonly bool HasStatusOne
    {
        get
        {
            int name = Result.IndexOf("\"status\""u8);
            if (name < 0) return false;
            ReadOnlySpan<byte> rest = Result[(name + 8)..];
            return rest[(rest.IndexOf((byte)':') + 1)..].TrimStart((byte)' ').StartsWith("\"0x1\""u8);
        }
    }

    /// <summary>The error's message. Allocates: errors are rare.</summary>
    public readonly string ErrorMessage()
    {
        if (Error.IsEmpty) return "an answer with neither result nor error";
        using JsonDocument document = JsonDocument.Parse(Error.ToArray());
        return document.RootElement.ValueKind == JsonValueKind.Object && document.RootElement.TryGetProperty("message", out JsonElement text)
            ? text.ToString() : document.RootElement.ToString();
    }
}
