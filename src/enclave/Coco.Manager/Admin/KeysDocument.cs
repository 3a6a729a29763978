using System.Security.Cryptography;
using System.Text.Json;
using Coco.Crypto;
using Coco.Primitives;

namespace Coco.Manager.Admin;

/// <summary>What <c>GET /keys.json</c> answers on a development network: the form of an auditor's key file.</summary>
internal static class KeysDocument
{
    private const int Version = 1;

    public static byte[] Write(NetworkId network, SecretKey sessionKey)
    {
        var json = new MemoryStream();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartObject();
            writer.WriteNumber("version", Version);
            writer.WriteString("networkId", network.ToString());
            writer.WriteStartArray("sessionKeys");
            writer.WriteStringValue("0x" + Convert.ToHexStringLower(sessionKey.Reveal()));
            writer.WriteEndArray();
            writer.WriteEndObject();
        }
        byte[] document = json.ToArray();
        CryptographicOperations.ZeroMemory(json.GetBuffer());
        return document;
    }
}
