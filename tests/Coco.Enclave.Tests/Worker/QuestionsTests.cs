using Coco.Worker;

namespace Coco.Enclave.Tests.Worker;

public sealed class QuestionsTests
{
    private const string None = "none";
    private readonly HeldTime _time = new();

    [Fact]
    public async Task Each_question_gets_its_own_answer()
    {
        var questions = new Questions<string>(None, _time);
        var asked = new List<ulong>();
        Task<string>[] waiting = [.. Enumerable.Range(0, 10).Select(_ => questions.AskAsync(asked.Add, CancellationToken.None).AsTask())];
        Assert.Equal(10, asked.Distinct().Count());
        foreach (ulong number in asked.AsEnumerable().Reverse()) questions.Answer(number, $"answer {number}");
        Assert.Equal(asked.Select(number => $"answer {number}"), await Task.WhenAll(waiting));
    }

    [Fact]
    public async Task A_question_without_an_answer_ends_at_its_deadline_and_a_late_answer_is_lost()
    {
        var questions = new Questions<string>(None, _time);
        ulong asked = 0;
        Task<string> waiting = questions.AskAsync(number => asked = number, CancellationToken.None).AsTask();
        Assert.Equal([TimeSpan.FromMilliseconds(Coco.Worker.Limits.QuestionMs)], _time.Due);
        Assert.False(waiting.IsCompleted);
        _time.FireAll();
        Assert.Equal(None, await waiting);
        questions.Answer(asked, "late");
    }

    [Fact]
    public async Task More_than_the_limit_are_not_asked_and_answered_ones_make_room()
    {
        var questions = new Questions<string>(None, _time);
        var asked = new List<ulong>();
        Task<string>[] waiting = [.. Enumerable.Range(0, Coco.Worker.Limits.MaxQuestions).Select(_ => questions.AskAsync(asked.Add, CancellationToken.None).AsTask())];
        Assert.Equal(None, await questions.AskAsync(_ => Assert.Fail("there is no room"), CancellationToken.None));
        questions.Answer(asked[0], "room");
        await waiting[0];
        Task<string> next = questions.AskAsync(asked.Add, CancellationToken.None).AsTask();
        foreach (ulong number in asked) questions.Answer(number, "done");
        Assert.Equal("done", await next);
    }

    [Fact]
    public async Task A_client_that_goes_away_makes_room()
    {
        var questions = new Questions<string>(None, _time);
        using var gone = new CancellationTokenSource();
        Task<string>[] waiting = [.. Enumerable.Range(0, Coco.Worker.Limits.MaxQuestions).Select(_ => questions.AskAsync(_ => { }, gone.Token).AsTask())];
        await gone.CancelAsync();
        foreach (Task<string> question in waiting) await Assert.ThrowsAnyAsync<OperationCanceledException>(() => question);
        Assert.Equal("answer", await questions.AskAsync(number => questions.Answer(number, "answer"), CancellationToken.None));
    }
}
