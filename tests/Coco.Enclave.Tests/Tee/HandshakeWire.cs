using System.Buffers.Binary;
using Coco.Tee;

namespace Coco.Enclave.Tests.Tee;

/// <summary>Handshake messages one by one, for a side that does not keep to the rules.</summary>
internal static class HandshakeWire
{
    public static async Task SendAsync(Stream stream, HandshakeMessage message)
    {
        byte[] content = message.Encode();
        var length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, content.Length);
        await stream.WriteAsync((byte[])[.. length, .. content]);
        await stream.FlushAsync();
    }

    public static async Task<HandshakeMessage> ReceiveAsync(Stream stream)
    {
        var length = new byte[4];
        await stream.ReadExactlyAsync(length);
        var content = new byte[BinaryPrimitives.ReadInt32LittleEndian(length)];
        await stream.ReadExactlyAsync(content);
        Assert.True(HandshakeMessage.TryDecode(content, out HandshakeMessage? message));
        return message;
    }
}
