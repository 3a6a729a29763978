using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Coco.Bench;

/// <summary>
/// One connection's share of a key-value run: every so many'th put. A put whose answer was lost is sent again under its id, which
/// the ledger executes once.
/// </summary>
internal sealed class KeyValueLoad(
    IRpcConnection connection, BenchOptions options, LoadResults results, string run, (int Number, int Of) share, Pacer? pacer) : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);
    private const int FirstWaitMs = 1;
    private const int LongestWaitMs = 500;

    public async ValueTask ConnectAsync(CancellationToken cancellation)
    {
        try
        {
            await connection.ConnectAsync(cancellation);
        }
        catch (IOException silent)
        {
            throw new BenchFailureException(BenchFailureKind.Missing, silent.Message);
        }
    }

    public async Task RunAsync(CancellationToken cancellation)
    {
        for (int number = share.Number; number < results.Total; number += share.Of)
        {
            if (pacer is not null) await pacer.DueOf(share.Number).ReadAsync(cancellation);
            await PutAsync(number, pacer?.DueTimestamp(number) ?? Stopwatch.GetTimestamp(), cancellation);
        }
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private async ValueTask PutAsync(int number, long started, CancellationToken cancellation)
    {
        for (int wait = FirstWaitMs; ; wait = Math.Min(wait * 2, LongestWaitMs))
        {
            string problem;
            try
            {
                Write(number);
                if (TryReadOutcome((await connection.ExchangeAsync(cancellation)).Span, out problem))
                {
                    results.End(number, Outcome.Committed, started);
                    return;
                }
            }
            catch (IOException broken)
            {
                problem = broken.Message;
            }
            if (Stopwatch.GetElapsedTime(started) > Deadline)
            {
                results.Fail(number, problem, started);
                return;
            }
            await Task.Delay(wait, cancellation);
            await RestoreAsync(cancellation);
        }
    }

    /// <summary>What does not answer yet is found out by the next exchange.</summary>
    private async ValueTask RestoreAsync(CancellationToken cancellation)
    {
        try
        {
            await connection.ConnectAsync(cancellation);
        }
        catch (IOException)
        {
            // The next exchange fails and waits longer.
        }
    }

    private void Write(int number)
    {
        int key = (int)(((ulong)number * 2_654_435_761 + options.Seed) % (ulong)options.Accounts);
        string value = number.ToString("D20", CultureInfo.InvariantCulture);
        connection.Request.Clear();
        connection.Request.Append(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture,
            $"{{\"method\":\"put\",\"id\":\"{run}{number}\",\"key\":\"{KeyValueFinalState.Prefix}{key}\",\"value\":\"{value}\"}}")));
    }

    private static bool TryReadOutcome(ReadOnlySpan<byte> answer, out string problem)
    {
        problem = "";
        JsonElement outcome = JsonElement.Parse(answer);
        if (outcome.TryGetProperty("applied", out JsonElement applied) && applied.ValueKind == JsonValueKind.True) return true;
        problem = outcome.TryGetProperty("error", out JsonElement error) ? error.GetProperty("message").GetString()! : "not committed yet";
        return false;
    }
}
