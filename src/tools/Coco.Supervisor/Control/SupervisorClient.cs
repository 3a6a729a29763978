using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace Coco.Supervisor;

/// <summary>Talks to a running supervisor over its local socket.</summary>
public static class SupervisorClient
{
    /// <summary>Sends a request; null where no supervisor runs.</summary>
    public static async Task<ControlAnswer?> TryAskAsync(DataDirectory data, ControlRequest request, CancellationToken cancellation)
    {
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(data.ControlSocket), cancellation);
        }
        catch (SocketException)
        {
            return null;
        }
        try
        {
            return await ExchangeAsync(socket, request, cancellation);
        }
        catch (IOException)
        {
            return null; // it ended while it was asked
        }
    }

    private static async Task<ControlAnswer?> ExchangeAsync(Socket socket, ControlRequest request, CancellationToken cancellation)
    {
        using CancellationTokenSource patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Limits.ControlPatience);
        await using NetworkStream stream = new(socket);
        await stream.WriteAsync(Encoding.UTF8.GetBytes(JsonSerializer.Serialize(request, SupervisorJson.OneLine) + "\n"), patience.Token);
        using StreamReader reader = new(stream);
        string? line = await reader.ReadLineAsync(patience.Token);
        return line is null ? null : JsonSerializer.Deserialize<ControlAnswer>(line, SupervisorJson.OneLine);
    }

    /// <summary>The same; throws where no supervisor runs or it refuses.</summary>
    public static async Task<ControlAnswer> AskAsync(DataDirectory data, ControlRequest request, CancellationToken cancellation)
    {
        ControlAnswer answer = await TryAskAsync(data, request, cancellation)
            ?? throw new SupervisorException($"No network runs from {data.Path}. Start it with: coco up --data {data.Path}", isMissing: true);
        return answer.Error is null ? answer : throw new SupervisorException(answer.Error);
    }
}
