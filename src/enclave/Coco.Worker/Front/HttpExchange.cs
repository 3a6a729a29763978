using System.Buffers;
using System.IO.Pipelines;
using Coco.Ledgers;
using Coco.Primitives;
using Microsoft.AspNetCore.Http;

namespace Coco.Worker.Front;

/// <summary>One HTTP request as a whole message in, a whole message out.</summary>
internal static class HttpExchange
{
    private static readonly byte[] NoRoom = "too many requests are under way: try again later\n"u8.ToArray();

    public static async Task RunAsync(HttpContext context, IClientProtocol protocol, FrontLimits limits, MessageMemory memory)
    {
        CancellationToken aborted = context.RequestAborted;
        byte[]? rented = null;
        using var held = new MessageMemory.Hold(memory);
        ByteWriter answer = AnswerWriters.Rent();
        try
        {
            (ReadOnlyMemory<byte>? read, rented) = await ReadBodyAsync(context.Request, held, aborted);
            if (read is { } body)
            {
                HttpAnswer result = await protocol.HandleAsync(Question(context, body), answer, aborted);
                await AnswerAsync(context.Response, result, held.TryGrowTo(body.Length + answer.Length) ? answer : null, limits, aborted);
            }
            else
            {
                context.Response.Headers.Connection = "close"; // what is still to come of the body is not wanted
                await AnswerAsync(context.Response, default, null, limits, aborted);
            }
            AnswerWriters.Return(answer);
        }
        catch (BadHttpRequestException exception)
        {
            context.Response.StatusCode = exception.StatusCode;
        }
        catch (OperationCanceledException) when (aborted.IsCancellationRequested)
        {
            // The client went away; there is nobody to tell.
        }
        finally
        {
            if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        }
    }

    /// <summary>Without an answer there was no room for it, or for the question.</summary>
    private static async Task AnswerAsync(HttpResponse response, HttpAnswer result, ByteWriter? answer, FrontLimits limits, CancellationToken aborted)
    {
        response.StatusCode = answer is null ? StatusCodes.Status503ServiceUnavailable : result.Status;
        response.ContentType = answer is null ? "text/plain" : result.ContentType;
        response.ContentLength = answer?.Length ?? NoRoom.Length;
        ReadOnlyMemory<byte> bytes = answer?.Memory ?? NoRoom;
        if (bytes.Length <= limits.SmallMessageBytes) await response.BodyWriter.WriteAsync(bytes, aborted);
        else await WriteLargeAsync(response, bytes, limits, aborted);
    }

    /// <summary>Kestrel would give a client that reads nothing as long as all of the answer may take; here it has to take piece after piece.</summary>
    private static async Task WriteLargeAsync(HttpResponse response, ReadOnlyMemory<byte> bytes, FrontLimits limits, CancellationToken aborted)
    {
        using var late = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        try
        {
            while (!bytes.IsEmpty)
            {
                ReadOnlyMemory<byte> piece = bytes[..Math.Min(bytes.Length, limits.SmallMessageBytes)];
                late.CancelAfter(limits.TimeFor(piece.Length));
                await response.BodyWriter.WriteAsync(piece, late.Token);
                bytes = bytes[piece.Length..];
            }
        }
        catch (OperationCanceledException) when (!aborted.IsCancellationRequested)
        {
            response.HttpContext.Abort();
        }
    }

    private static HttpQuestion Question(HttpContext context, ReadOnlyMemory<byte> body)
    {
        HttpRequest request = context.Request;
        string query = request.QueryString.HasValue ? request.QueryString.Value![1..] : "";
        return new HttpQuestion(request.Method, request.Path.Value ?? "/", query, body, Caller.Anonymous)
        {
            Header = name => request.Headers.TryGetValue(name, out var value) ? value.ToString() : null,
        };
    }

    /// <summary>The body in one piece, in a rented array; null where there is no room for it. Kestrel enforces the size limit.</summary>
    private static async ValueTask<(ReadOnlyMemory<byte>? Body, byte[]? Rented)> ReadBodyAsync(
        HttpRequest request, MessageMemory.Hold held, CancellationToken aborted)
    {
        if (request.ContentLength is 0) return (ReadOnlyMemory<byte>.Empty, null);
        PipeReader reader = request.BodyReader;
        ReadResult result;
        while (true)
        {
            result = await reader.ReadAsync(aborted);
            if (!held.TryGrowTo(result.Buffer.Length))
            {
                reader.AdvanceTo(result.Buffer.End);
                return default;
            }
            if (result.IsCompleted) break;
            reader.AdvanceTo(result.Buffer.Start, result.Buffer.End);
        }
        int length = checked((int)result.Buffer.Length);
        byte[] rented = ArrayPool<byte>.Shared.Rent(length);
        result.Buffer.CopyTo(rented);
        reader.AdvanceTo(result.Buffer.End);
        return (rented.AsMemory(0, length), rented);
    }
}
