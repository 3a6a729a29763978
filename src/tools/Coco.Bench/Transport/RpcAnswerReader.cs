using System.Text.Json;

namespace Coco.Bench;

/// <summary>Reads the answers in one JSON-RPC response, single or batch, without a document. Malformed text throws IOException.</summary>
public ref struct RpcAnswerReader
{
    private readonly ReadOnlySpan<byte> _body;
    private Utf8JsonReader _json;

    public RpcAnswerReader(ReadOnlySpan<byte> body)
    {
        _body = body;
        _json = new Utf8JsonReader(body);
    }

    /// <summary>Reads the next answer; false at the end.</summary>
    public bool TryRead(out RpcAnswer answer)
    {
        answer = default;
        try
        {
            while (_json.Read())
            {
                if (_json.TokenType != JsonTokenType.StartObject) continue;
                answer = ReadAnswer();
                return true;
            }
            return false;
        }
        catch (Exception wrong) when (wrong is JsonException or InvalidOperationException or FormatException)
        {
            throw new IOException($"The answer is not JSON-RPC: {wrong.Message}", wrong);
        }
    }

    private RpcAnswer ReadAnswer()
    {
        RpcAnswer answer = new() { Id = -1 };
        while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            bool isId = _json.ValueTextEquals("id"u8);
            bool isResult = !isId && _json.ValueTextEquals("result"u8);
            bool isError = !isId && !isResult && _json.ValueTextEquals("error"u8);
            _json.Read();
            if (isId) answer.Id = _json.TokenType == JsonTokenType.Number ? _json.GetInt32() : -1;
            else if (isResult) answer.Result = Value();
            else if (isError && _json.TokenType != JsonTokenType.Null) answer.Error = Value();
            else _json.Skip();
        }
        return answer;
    }

    private ReadOnlySpan<byte> Value()
    {
        int start = (int)_json.TokenStartIndex;
        _json.Skip();
        return _body[start..(int)_json.BytesConsumed];
    }
}
