using System.Text.Json;
using Coco.Evm;

namespace Coco.Ledgers.Ethereum;

/// <summary>
/// Reads the genesis state of a genesis file (<c>alloc</c>) token by token: it may have millions of accounts and slots, for which a
/// document in memory would take as much again as the file.
/// </summary>
internal ref struct GenesisAllocReader
{
    private const string Name = "alloc";
    private static readonly JsonReaderOptions Options = new() { CommentHandling = JsonCommentHandling.Skip };

    private readonly List<GenesisAccount> _accounts = [];
    private Utf8JsonReader _reader;

    private GenesisAllocReader(ReadOnlySpan<byte> alloc) => _reader = new Utf8JsonReader(alloc, Options);

    /// <summary>Where the value of <c>alloc</c> stands in the file; an empty range where it has none.</summary>
    public static Range Find(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, Options);
        Range found = ..0;
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return found;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isAlloc = reader.ValueTextEquals(Name);
            reader.Read();
            int start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (isAlloc) found = start..(int)reader.BytesConsumed;
        }
        return found;
    }

    /// <summary>The accounts by address; throws <see cref="SettingsException"/> where one is wrong.</summary>
    public static IReadOnlyList<GenesisAccount> Read(ReadOnlySpan<byte> alloc)
    {
        if (alloc.IsEmpty) return [];
        var reader = new GenesisAllocReader(alloc);
        reader.Read();
        return reader._accounts;
    }

    private void Read()
    {
        _reader.Read();
        if (_reader.TokenType == JsonTokenType.Null) return;
        if (_reader.TokenType != JsonTokenType.StartObject) throw Wrong(Name, "must be an object");
        while (NextName() is { } name) ReadAccount(name, $"{Name}.{name}");
        _accounts.Sort((left, right) => left.Address.CompareTo(right.Address));
        for (int i = 1; i < _accounts.Count; i++)
            if (_accounts[i].Address == _accounts[i - 1].Address) throw Wrong($"{Name}.{_accounts[i].Address}", "the address stands there twice");
    }

    private void ReadAccount(string name, string path)
    {
        if (!Address.TryParse(name, out Address address)) throw Wrong(path, $"{name} is no address");
        if (_reader.TokenType != JsonTokenType.StartObject) throw Wrong(path, "must be an object");
        UInt256 nonce = default, balance = default;
        byte[] code = [];
        IReadOnlyList<(UInt256, UInt256)> storage = [];
        while (NextName() is { } field)
        {
            if (_reader.TokenType == JsonTokenType.Null) continue;
            switch (field)
            {
                case "nonce": nonce = Word($"{path}.nonce"); break;
                case "balance": balance = Word($"{path}.balance"); break;
                case "code": code = Bytes($"{path}.code"); break;
                case "storage": storage = ReadStorage($"{path}.storage"); break;
                default: _reader.Skip(); break;
            }
        }
        if (!nonce.IsUInt64) throw Wrong($"{path}.nonce", "must be below 2^64");
        _accounts.Add(new GenesisAccount(address, nonce.U0, balance, code, storage));
    }

    private List<(UInt256 Slot, UInt256 Value)> ReadStorage(string path)
    {
        if (_reader.TokenType != JsonTokenType.StartObject) throw Wrong(path, "must be an object");
        var slots = new List<(UInt256, UInt256)>();
        while (NextName() is { } slot)
        {
            string hex = slot.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? slot : "0x" + slot;
            if (!UInt256.TryParse(hex, out UInt256 word)) throw Wrong($"{path}.{slot}", $"{slot} is no slot");
            slots.Add((word, Word(path)));
        }
        return slots;
    }

    /// <summary>The next member's name, its value's first token read; null at the end of the object.</summary>
    private string? NextName()
    {
        _reader.Read();
        if (_reader.TokenType != JsonTokenType.PropertyName) return null;
        string name = _reader.GetString()!;
        _reader.Read();
        return name;
    }

    private UInt256 Word(string path)
    {
        string text = _reader.TokenType switch
        {
            JsonTokenType.String => _reader.GetString()!,
            JsonTokenType.Number => System.Text.Encoding.UTF8.GetString(_reader.ValueSpan),
            _ => throw Wrong(path, "must be a number"),
        };
        if (text is "" or "0x") return default;
        return UInt256.TryParse(text, out UInt256 word) ? word : throw Wrong(path, $"{text} is no number of up to 256 bits");
    }

    private byte[] Bytes(string path)
    {
        string text = _reader.TokenType == JsonTokenType.String ? _reader.GetString()! : throw Wrong(path, "must be a text");
        try
        {
            return Convert.FromHexString(text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text.AsSpan(2) : text);
        }
        catch (FormatException)
        {
            throw Wrong(path, "must be bytes in hex");
        }
    }

    private static SettingsException Wrong(string path, string reason) => new($"{path}: {reason}");
}
