using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;
using Coco.Primitives;

namespace Coco.Ledgers.KeyValue.Protocol;

/// <summary>Writes the answers of the protocol as JSON, and gives the status of each.</summary>
internal static class KeyValueAnswers
{
    public static int Outcome(IBufferWriter<byte> answer, KeyValueTransaction transaction, in Outcome outcome)
    {
        using var json = new Utf8JsonWriter(answer);
        json.WriteStartObject();
        json.WriteString("transaction", transaction.Id.ToString());
        json.WriteNumber("batch", outcome.Batch.Value);
        json.WriteBoolean("applied", outcome.IsApplied);
        if (!outcome.Value.IsEmpty) WriteBytes(json, "value", outcome.Value.Span);
        json.WriteEndObject();
        return 200;
    }

    /// <summary>Without an outcome: held, or committed so long ago that its id is forgotten.</summary>
    public static int State(IBufferWriter<byte> answer, KeyValueTransaction transaction, SubmissionState state)
    {
        using var json = new Utf8JsonWriter(answer);
        json.WriteStartObject();
        json.WriteString("transaction", transaction.Id.ToString());
        json.WriteString("state", state == SubmissionState.Held ? "held" : "committed");
        json.WriteEndObject();
        return state == SubmissionState.Held ? 202 : 200;
    }

    public static int Refused(IBufferWriter<byte> answer, Refusal refusal) => Error(answer, refusal.Code, refusal.Message);

    public static int Error(IBufferWriter<byte> answer, int status, string message)
    {
        using var json = new Utf8JsonWriter(answer);
        json.WriteStartObject();
        json.WriteStartObject("error");
        json.WriteNumber("code", status);
        json.WriteString("message", message);
        json.WriteEndObject();
        json.WriteEndObject();
        return status;
    }

    public static int Value(IBufferWriter<byte> answer, BatchNumber version, bool isFound, ReadOnlySpan<byte> value)
    {
        using var json = new Utf8JsonWriter(answer);
        json.WriteStartObject();
        json.WriteNumber("batch", version.Value);
        json.WriteBoolean("found", isFound);
        if (isFound) WriteBytes(json, "value", value);
        json.WriteEndObject();
        return 200;
    }

    /// <summary>Under the name where the bytes are text, else under the name and <c>Base64</c>.</summary>
    public static void WriteBytes(Utf8JsonWriter json, string name, ReadOnlySpan<byte> bytes)
    {
        if (Utf8.IsValid(bytes)) json.WriteString(name, bytes);
        else json.WriteBase64String(name + "Base64", bytes);
    }
}
