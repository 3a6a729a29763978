using System.Security.Cryptography;
using System.Text.Json;

namespace Coco.Manager;

/// <summary>
/// A large genesis state does not stand in the constitution: the settings name it by its SHA-256 (<c>genesisSha256</c>), each
/// host gives the file, and the manager checks it. Once the first batch is committed a worker has no use for it: what the file
/// holds beside is kept here, so that a killed worker does not wait for half a gigabyte to be read again.
/// </summary>
/// <param name="post">Runs something on the sequencer's thread, soon.</param>
internal sealed class LedgerSettingsFile(string? file, Action<Action> post, Action<Exception> fail)
{
    private const string GenesisState = "alloc";

    private volatile byte[]? _withoutState;

    /// <summary>
    /// Gives the settings for the ledger: at once, or later where the file is read, for which the sequencer does not stand still. Fails
    /// with <see cref="InvalidDataException"/> where the file is missing or another one.
    /// </summary>
    public void Give(ReadOnlyMemory<byte> settings, bool needsState, Action<ReadOnlyMemory<byte>> then)
    {
        if (NameOf(settings) is not { } expected) then(settings);
        else if (!needsState && _withoutState is { } known) then(known);
        else _ = Task.Run(() => Read(expected, needsState, then));
    }

    private void Read(string expected, bool needsState, Action<ReadOnlyMemory<byte>> then)
    {
        try
        {
            byte[] genesis = ReadFile(expected);
            byte[] without = _withoutState = WithoutState(genesis);
            post(() => then(needsState ? genesis : without));
        }
        catch (Exception problem)
        {
            fail(problem);
        }
    }

    /// <summary>A JSON object whose member <c>alloc</c> is null.</summary>
    internal static byte[] WithoutState(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip });
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            bool isState = reader.ValueTextEquals(GenesisState);
            reader.Read();
            int start = (int)reader.TokenStartIndex;
            reader.Skip();
            if (isState) return [.. json[..start], .. "null"u8, .. json[(int)reader.BytesConsumed..]];
        }
        return json.ToArray();
    }

    private static string? NameOf(ReadOnlyMemory<byte> settings)
    {
        using JsonDocument document = JsonDocument.Parse(settings, new JsonDocumentOptions { MaxDepth = 16 });
        return document.RootElement.TryGetProperty("genesisSha256", out JsonElement named) ? named.GetString() ?? "" : null;
    }

    private byte[] ReadFile(string expected)
    {
        if (file is null || !File.Exists(file))
            throw new InvalidDataException($"The ledger's settings name a genesis file with SHA-256 {expected}; give its path in the node's configuration.");
        long length = new FileInfo(file).Length;
        if (length > Boundary.Limits.MaxSettingsBytes)
            throw new InvalidDataException($"{file} has {length >> 20} MiB; a genesis file may have {Boundary.Limits.MaxSettingsBytes >> 20}.");
        byte[] genesis = File.ReadAllBytes(file);
        string digest = "0x" + Convert.ToHexStringLower(SHA256.HashData(genesis));
        return digest == expected ? genesis
            : throw new InvalidDataException($"{file} has the SHA-256 {digest}, the constitution names {expected}.");
    }
}
