using System.Net;
using Coco.Ledgers;
using Coco.Worker.Front;

namespace Coco.Enclave.Tests.Worker.Front;

/// <summary>Requests and answers have a bound together, and who is over it is told so at once.</summary>
public sealed class MessageMemoryTests : FrontHarness
{
    private readonly TaskCompletionSource _goOn = new();

    public MessageMemoryTests() => FrontLimits = new FrontLimits { MessageBytes = 1 << 20, SmallMessageBytes = 64 << 10 };

    [Fact]
    public async Task Beyond_the_bound_large_requests_are_refused_first_and_then_all_until_others_are_answered()
    {
        using var begun = new SemaphoreSlim(0);
        OnHttp = async (_, _, _) =>
        {
            begun.Release();
            await _goOn.Task;
            return new HttpAnswer(200, "text/plain");
        };
        using HttpClient client = Client();
        Task<HttpResponseMessage> large = PostAsync(client, 400 << 10);
        Assert.True(await begun.WaitAsync(Patience));
        await AssertIsRefusedAsync(PostAsync(client, 200 << 10));
        List<Task<HttpResponseMessage>> small = [];
        for (int i = 0; i < 10; i++)
        {
            small.Add(PostAsync(client, 60 << 10));
            Assert.True(await begun.WaitAsync(Patience));
        }
        await AssertIsRefusedAsync(PostAsync(client, 60 << 10));
        _goOn.SetResult();
        foreach (Task<HttpResponseMessage> answered in small.Append(large)) Assert.Equal(HttpStatusCode.OK, (await answered).StatusCode);
        await AssertAllIsGivenBackAsync();
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(client, 200 << 10)).StatusCode);
    }

    [Fact]
    public async Task An_answer_for_which_there_is_no_room_is_refused()
    {
        OnHttp = (_, answer, _) =>
        {
            answer.GetSpan(600 << 10);
            answer.Advance(600 << 10);
            return ValueTask.FromResult(new HttpAnswer(200, "text/plain"));
        };
        using HttpClient client = Client();
        await AssertIsRefusedAsync(PostAsync(client, 10));
        await AssertAllIsGivenBackAsync();
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, int bytes) => client.PostAsync("/", new ByteArrayContent(new byte[bytes]));

    private static async Task AssertIsRefusedAsync(Task<HttpResponseMessage> answer)
    {
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await answer).StatusCode);
        Assert.Equal("too many requests are under way: try again later\n", await (await answer).Content.ReadAsStringAsync());
    }
}
