using System.Buffers;
using System.IO.Pipelines;
using Coco.Ledgers;
using Coco.Primitives;
using Microsoft.AspNetCore.Http;

namespace Coco.Worker.Front;

/// <summary>One HTTP request as a whole message in, a whole message out.</summary>
internal static class HttpExchange
{
    private static readonly byte[] TooLarge = "request too large\n"u8.ToArray();
    private static readonly byte[] NoRoom = "too many requests are under way: try again later\n"u8.ToArray();

    public static async Task RunAsync(HttpContext context, IClientProtocol protocol, FrontLimits limits, MessageMemory memory)
    {
        CancellationToken aborted = context.RequestAborted;
        byte[]? rented = null;
        using var held = new MessageMemory.Hold(memory);
        ByteWriter answer = AnswerWriters.Rent();
        try
        {
            (int refused, ReadOnlyMemory<byte> body, rented) = await ReadBodyAsync(context.Request, limits, held, aborted);
            if (refused == 0)
            {
                HttpAnswer result = await protocol.HandleAsync(Question(context, body), answer, aborted);
                if (held.TryGrowTo(body.Length + answer.Length)) await AnswerAsync(context.Response, result, answer, limits, aborted);
                else await RefuseAsync(context.Response, StatusCodes.Status503ServiceUnavailable, aborted);
            }
            else
            {
                context.Response.Headers.Connection = "close"; // Kestrel reads what is still on its way for a while, so that the client sees this
                await RefuseAsync(context.Response, refused, aborted);
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

    private static async Task AnswerAsync(HttpResponse response, HttpAnswer result, ByteWriter answer, FrontLimits limits, CancellationToken aborted)
    {
        response.StatusCode = result.Status;
        response.ContentType = result.ContentType;
        response.ContentLength = answer.Length;
        if (answer.Length > limits.SmallMessageBytes) await WriteLargeAsync(response, answer.Memory, limits, aborted);
        else if (answer.Length > 0) await response.BodyWriter.WriteAsync(answer.Memory, aborted);
    }

    private static async Task RefuseAsync(HttpResponse response, int status, CancellationToken aborted)
    {
        byte[] reason = status == StatusCodes.Status413PayloadTooLarge ? TooLarge : NoRoom;
        response.StatusCode = status;
        response.ContentType = "text/plain";
        response.ContentLength = reason.Length;
        await response.BodyWriter.WriteAsync(reason, aborted);
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

    /// <summary>The body in one piece, in a rented array; or the status with which it is refused.</summary>
    private static async ValueTask<(int Refused, ReadOnlyMemory<byte> Body, byte[]? Rented)> ReadBodyAsync(
        HttpRequest request, FrontLimits limits, MessageMemory.Hold held, CancellationToken aborted)
    {
        if (request.ContentLength is 0) return default;
        if (request.ContentLength > limits.RequestBytes) return (StatusCodes.Status413PayloadTooLarge, default, null);
        PipeReader reader = request.BodyReader;
        ReadOnlySequence<byte> body;
        for (long polled = 0; ;)
        {
            ReadResult result = await reader.ReadAsync(aborted);
            body = result.Buffer;
            int refused = body.Length > limits.RequestBytes ? StatusCodes.Status413PayloadTooLarge
                : held.TryGrowTo(body.Length) ? 0 : StatusCodes.Status503ServiceUnavailable;
            if (refused != 0)
            {
                reader.AdvanceTo(body.End);
                return (refused, default, null);
            }
            // The thread that polls sockets reads them as well. It has others to see to, the manager's among them.
            bool isLong = body.Length - polled > limits.SmallMessageBytes;
            if (isLong) polled = body.Length;
            if (result.IsCompleted) break;
            reader.AdvanceTo(body.Start, body.End);
            if (isLong) await Task.Yield();
        }
        if (body.Length > limits.SmallMessageBytes) await Task.Yield();
        int length = checked((int)body.Length);
        byte[] rented = ArrayPool<byte>.Shared.Rent(length);
        body.CopyTo(rented);
        reader.AdvanceTo(body.End);
        return (0, rented.AsMemory(0, length), rented);
    }
}
