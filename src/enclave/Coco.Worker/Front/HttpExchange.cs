using System.Buffers;
using System.IO.Pipelines;
using Coco.Ledgers;
using Coco.Primitives;
using Microsoft.AspNetCore.Http;

namespace Coco.Worker.Front;

/// <summary>One HTTP request as a whole message in, a whole message out.</summary>
internal static class HttpExchange
{
    public static async Task RunAsync(HttpContext context, IClientProtocol protocol)
    {
        CancellationToken aborted = context.RequestAborted;
        byte[]? rented = null;
        ByteWriter answer = AnswerWriters.Rent();
        try
        {
            (ReadOnlyMemory<byte> body, rented) = await ReadBodyAsync(context.Request, aborted);
            HttpAnswer result = await protocol.HandleAsync(Question(context, body), answer, aborted);
            context.Response.StatusCode = result.Status;
            context.Response.ContentType = result.ContentType;
            context.Response.ContentLength = answer.Length;
            if (answer.Length > 0) await context.Response.BodyWriter.WriteAsync(answer.Memory, aborted);
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

    private static HttpQuestion Question(HttpContext context, ReadOnlyMemory<byte> body)
    {
        HttpRequest request = context.Request;
        string query = request.QueryString.HasValue ? request.QueryString.Value![1..] : "";
        return new HttpQuestion(request.Method, request.Path.Value ?? "/", query, body, Caller.Anonymous)
        {
            Header = name => request.Headers.TryGetValue(name, out var value) ? value.ToString() : null,
        };
    }

    /// <summary>The body in one piece, in a rented array where it arrived in several; Kestrel enforces the size limit.</summary>
    private static async ValueTask<(ReadOnlyMemory<byte> Body, byte[]? Rented)> ReadBodyAsync(
        HttpRequest request, CancellationToken aborted)
    {
        if (request.ContentLength is 0) return default;
        PipeReader reader = request.BodyReader;
        ReadResult result;
        while (true)
        {
            result = await reader.ReadAsync(aborted);
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
