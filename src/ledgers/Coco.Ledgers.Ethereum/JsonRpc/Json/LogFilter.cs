using System.Text.Json;
using Coco.Crypto;
using Coco.Evm;
using Coco.Primitives;

namespace Coco.Ledgers.Ethereum.JsonRpc;

/// <summary>Which logs a client wants.</summary>
internal sealed class LogFilter
{
    private readonly List<int[][]> _bloomBits = [];

    /// <summary>Either one block, or a range.</summary>
    public Hash256? BlockHash { get; init; }
    public BlockReference? From { get; init; }
    public BlockReference? To { get; init; }

    /// <summary>Any of these; all where it is empty.</summary>
    public IReadOnlyList<Address> Addresses { get; init; } = [];

    /// <summary>At each place any of these; all where it is empty.</summary>
    public IReadOnlyList<Hash256[]> Topics { get; init; } = [];

    public bool Matches(LogEntry log)
    {
        if (Addresses.Count > 0 && !Contains(Addresses, log.Address)) return false;
        if (Topics.Count > log.Topics.Count) return false;
        for (int i = 0; i < Topics.Count; i++)
            if (Topics[i].Length > 0 && Array.IndexOf(Topics[i], log.Topics[i]) < 0) return false;
        return true;
    }

    /// <summary>False: no log of a block with this bloom matches.</summary>
    public bool MayMatch(ReadOnlySpan<byte> bloom)
    {
        foreach (int[][] alternatives in _bloomBits)
            if (!AnyIn(alternatives, bloom)) return false;
        return true;
    }

    /// <summary>Hashes the criteria once, before the first <see cref="MayMatch"/>.</summary>
    public LogFilter Prepare()
    {
        if (Addresses.Count > 0) _bloomBits.Add([.. Addresses.Select(address => BitsOf(address.Span))]);
        foreach (Hash256[] topics in Topics)
            if (topics.Length > 0) _bloomBits.Add([.. topics.Select(topic => BitsOf(topic.Span))]);
        return this;
    }

    private static bool AnyIn(int[][] alternatives, ReadOnlySpan<byte> bloom)
    {
        foreach (int[] bits in alternatives)
            if (IsSet(bloom, bits[0]) && IsSet(bloom, bits[1]) && IsSet(bloom, bits[2])) return true;
        return false;
    }

    private static bool IsSet(ReadOnlySpan<byte> bloom, int bit) => (bloom[Bloom.Size - 1 - (bit >> 3)] & (1 << (bit & 7))) != 0;

    /// <summary>Yellow paper 4.4.3: three times eleven bits of the hash.</summary>
    private static int[] BitsOf(ReadOnlySpan<byte> item)
    {
        Hash256 hash = Keccak256.Hash(item);
        ReadOnlySpan<byte> bytes = hash.Span;
        return [((bytes[0] << 8) | bytes[1]) & 0x7FF, ((bytes[2] << 8) | bytes[3]) & 0x7FF, ((bytes[4] << 8) | bytes[5]) & 0x7FF];
    }

    private static bool Contains(IReadOnlyList<Address> addresses, in Address address)
    {
        for (int i = 0; i < addresses.Count; i++)
            if (addresses[i] == address) return true;
        return false;
    }
}

/// <summary>Reads filters; null, or the error in geth's words.</summary>
internal static class LogFilterInput
{
    private const string Type = "filters.input";

    public static string? Read(ref Utf8JsonReader json, out LogFilter filter)
    {
        filter = new LogFilter();
        if (json.TokenType != JsonTokenType.StartObject) return HexInput.Wrap(HexInput.KindOf(json.TokenType), Type);
        Hash256? hash = null;
        BlockReference? from = null, to = null;
        var addresses = new List<Address>();
        var topics = new List<Hash256[]>();
        string? error = null;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            string name = json.GetString()!;
            json.Read();
            if (json.TokenType == JsonTokenType.Null) continue;
            string? wrong = null;
            switch (name)
            {
                case "blockHash": wrong = ReadHash(ref json, out hash); break;
                case "fromBlock": wrong = ReadBlock(ref json, out from); break;
                case "toBlock": wrong = ReadBlock(ref json, out to); break;
                case "address": wrong = ReadAddresses(ref json, addresses); break;
                case "topics": wrong = ReadTopics(ref json, topics); break;
                default: json.Skip(); break;
            }
            error ??= wrong;
        }
        if (hash is not null && (from is not null || to is not null))
            error ??= "cannot specify both BlockHash and FromBlock/ToBlock, choose one or the other";
        filter = new LogFilter { BlockHash = hash, From = from, To = to, Addresses = addresses, Topics = topics }.Prepare();
        return error;
    }

    private static string? ReadHash(ref Utf8JsonReader json, out Hash256? hash)
    {
        string? error = HexInput.ReadHash(ref json, out Hash256 read);
        hash = read;
        return error;
    }

    private static string? ReadBlock(ref Utf8JsonReader json, out BlockReference? block)
    {
        string? error = BlockInput.ReadNumber(ref json, out BlockReference read);
        block = read;
        return error;
    }

    private static string? ReadAddresses(ref Utf8JsonReader json, List<Address> addresses)
    {
        if (json.TokenType == JsonTokenType.String) return ReadAddress(ref json, addresses);
        if (json.TokenType != JsonTokenType.StartArray)
        {
            json.Skip();
            return "invalid addresses in query";
        }
        string? error = null;
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (ReadAddress(ref json, addresses) is { } wrong) error ??= $"invalid address at index {addresses.Count}: {wrong}";
            if (addresses.Count > RpcLimits.FilterAlternatives) error ??= "exceed max addresses";
        }
        return error;
    }

    private static string? ReadAddress(ref Utf8JsonReader json, List<Address> addresses)
    {
        if (HexInput.ReadAddress(ref json, out Address address) is { } error) return $"invalid address: {error}";
        if (addresses.Count <= RpcLimits.FilterAlternatives) addresses.Add(address);
        return null;
    }

    private static string? ReadTopics(ref Utf8JsonReader json, List<Hash256[]> topics)
    {
        if (json.TokenType != JsonTokenType.StartArray)
        {
            string kind = HexInput.KindOf(json.TokenType);
            json.Skip();
            return HexInput.Wrap(kind, "[]interface {}");
        }
        string? error = null;
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            var alternatives = new List<Hash256>();
            if (ReadTopic(ref json, alternatives) is { } wrong) error ??= wrong;
            if (topics.Count >= RpcLimits.Topics) error ??= "exceed max topics";
            else topics.Add([.. alternatives]);
        }
        return error;
    }

    /// <summary>Null among the alternatives: any topic will do.</summary>
    private static string? ReadTopic(ref Utf8JsonReader json, List<Hash256> alternatives)
    {
        if (json.TokenType == JsonTokenType.Null) return null;
        if (json.TokenType == JsonTokenType.String) return AddTopic(ref json, alternatives);
        if (json.TokenType != JsonTokenType.StartArray)
        {
            json.Skip();
            return "invalid topic(s)";
        }
        string? error = null;
        bool isAny = false;
        while (json.Read() && json.TokenType != JsonTokenType.EndArray)
        {
            if (json.TokenType == JsonTokenType.Null) isAny = true;
            else if (AddTopic(ref json, alternatives) is { } wrong) error ??= wrong;
            if (alternatives.Count > RpcLimits.FilterAlternatives) error ??= "exceed max topics";
        }
        if (isAny) alternatives.Clear();
        return error;
    }

    private static string? AddTopic(ref Utf8JsonReader json, List<Hash256> alternatives)
    {
        if (HexInput.ReadHash(ref json, out Hash256 topic) is { } error) return error;
        if (alternatives.Count <= RpcLimits.FilterAlternatives) alternatives.Add(topic);
        return null;
    }
}
