using System.Collections.Concurrent;
using Coco.Replica;

namespace Coco.Manager.Admin;

/// <summary>Members' requests that wait until the sequencer has recorded or refused them.</summary>
internal sealed class Submissions(Action<ReplicaInput> give)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<ulong, TaskCompletionSource<GovernanceAnswer>> _waiting = new();
    private ulong _last;

    public async Task<(bool IsAccepted, string Text, string? Leader)> SubmitAsync(
        ReadOnlyMemory<byte> signedRequest, CancellationToken cancellation)
    {
        ulong ticket = Interlocked.Increment(ref _last);
        var waiting = new TaskCompletionSource<GovernanceAnswer>(TaskCreationOptions.RunContinuationsAsynchronously);
        _waiting[ticket] = waiting;
        give(new GovernanceInput(ticket, signedRequest));
        try
        {
            GovernanceAnswer answer = await waiting.Task.WaitAsync(Patience, cancellation);
            return (answer.IsAccepted, answer.Text, answer.Leader);
        }
        catch (TimeoutException)
        {
            return (false, "no quorum committed the request within 10 s; ask for its state before you send it again", null);
        }
        finally
        {
            _waiting.TryRemove(ticket, out _);
        }
    }

    public void OnAnswer(GovernanceAnswerEffect answer)
    {
        if (_waiting.TryRemove(answer.Ticket, out TaskCompletionSource<GovernanceAnswer>? waiting)) waiting.TrySetResult(answer.Answer);
    }
}
