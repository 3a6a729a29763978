using Coco.Boundary;

namespace Coco.Enclave.Tests.Boundary;

public sealed class InboxTests
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    [Fact]
    public void What_many_threads_post_is_taken_once_and_in_the_order_of_each()
    {
        const int Posters = 4, Each = 20_000;
        var inbox = new Inbox<(int Poster, int Number)>();
        Thread[] posters = [.. Enumerable.Range(0, Posters).Select(poster => new Thread(() =>
        {
            for (int i = 0; i < Each; i++) inbox.Post((poster, i));
        }))];
        int[] next = new int[Posters];
        var taker = new Thread(() =>
        {
            while (next.Sum() < Posters * Each)
            {
                while (inbox.TryTake(out (int Poster, int Number) item))
                    if (next[item.Poster]++ != item.Number) return;
                if (next.Sum() < Posters * Each) inbox.Sleep(Timeout.Infinite);
            }
        });
        taker.Start();
        foreach (Thread poster in posters) poster.Start();
        Assert.True(taker.Join(Deadline), "the taker was not woken");
        Assert.All(next, count => Assert.Equal(Each, count));
    }

    [Fact]
    public void Closing_wakes_a_thread_that_sleeps()
    {
        var inbox = new Inbox<int>();
        var owner = new Thread(() =>
        {
            while (!inbox.IsClosed) inbox.Sleep(Timeout.Infinite);
        });
        owner.Start();
        inbox.Close();
        Assert.True(owner.Join(Deadline), "the owner sleeps on");
    }

    [Fact]
    public void What_is_posted_patiently_wakes_a_thread_that_sleeps()
    {
        var inbox = new Inbox<int>();
        var owner = new Thread(() =>
        {
            while (!inbox.TryTake(out _)) inbox.Sleep(Timeout.Infinite);
        });
        owner.Start();
        inbox.PostPatiently(1);
        Assert.True(owner.Join(Deadline), "the owner sleeps on");
    }

    [Fact]
    public void A_thread_that_dozes_is_woken_by_what_is_urgent_and_takes_what_came_before_it()
    {
        var inbox = new Inbox<int>();
        var taken = new List<int>();
        var owner = new Thread(() =>
        {
            while (!taken.Contains(0))
            {
                while (inbox.TryTake(out int item)) taken.Add(item);
                if (!taken.Contains(0)) inbox.Doze(Timeout.Infinite);
            }
        });
        owner.Start();
        for (int i = 1; i <= 1_000; i++) inbox.PostPatiently(i);
        inbox.Post(0);
        Assert.True(owner.Join(Deadline), "the owner dozes on");
        Assert.Equal([.. Enumerable.Range(1, 1_000), 0], taken);
    }

    [Fact]
    public void A_doze_ends_when_its_time_is_over()
    {
        var inbox = new Inbox<int>();
        var owner = new Thread(() => inbox.Doze(1));
        owner.Start();
        Assert.True(owner.Join(Deadline), "the owner dozes on");
    }

    [Fact]
    public void A_sleep_ends_when_its_time_is_over()
    {
        var inbox = new Inbox<int>();
        var owner = new Thread(() => inbox.Sleep(1));
        owner.Start();
        Assert.True(owner.Join(Deadline), "the owner sleeps on");
    }
}
