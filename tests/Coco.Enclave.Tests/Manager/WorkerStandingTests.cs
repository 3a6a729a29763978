using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography;
using Coco.Boundary;
using Coco.Enclave.Tests.Tee;
using Coco.Governance;
using Coco.Primitives;
using Coco.Tee;
using Coco.Worker;

namespace Coco.Enclave.Tests.Manager;

/// <summary>
/// What becomes of a worker in a TEE of its own after it was let in: governance accepts it no more, its link breaks, its evidence gets old.
/// </summary>
public sealed class WorkerStandingTests
{
    private static readonly LeaseSettings Leases = new(1_000, 5_000);

    [Theory]
    [InlineData(EvidenceCheck.Measurement)]
    [InlineData(EvidenceCheck.Platform)]
    public async Task A_worker_that_leaves_the_manifests_is_sent_away_at_once_and_nobody_is_served_until_one_that_fits_comes(string check)
    {
        using var bench = new BoundaryBench();
        await bench.LeadsAsync();
        await using (var worker = new SupervisedWorker(bench.WayOf(bench.TdxWorker), bench.Machine.ClientAddress))
        {
            await worker.UntilAsync(HttpStatusCode.OK);
            Assert.NotNull(bench.Machine.Facts.EvidenceFor(Hash256.Zero, null));
            await bench.ChangeAsync(check == EvidenceCheck.Platform
                ? new GovernanceAction.SetTeeManifest(new TeeManifest(["sev-snp"], IsDebugAllowed: false))
                : new GovernanceAction.SetCodeManifest(new CodeManifest([bench.ManagerGuest.Measurement], [bench.SnpWorker.Measurement])));
            await bench.AlertsAsync($"The worker is sent away: {check}: ");
            // The manager vouches to nobody for its key, and takes it back no more.
            Assert.Null(bench.Machine.Facts.EvidenceFor(Hash256.Zero, null));
            await worker.UntilAsync(null);
            await bench.AlertsAsync($"A worker is refused: {check}: ");
            await bench.Machine.WaitAsync("it is not open", status => !status.IsOpen);
            Assert.Equal(1, worker.Ends);
        }
        await using var fitting = new SupervisedWorker(bench.WayOf(bench.SnpWorker), bench.Machine.ClientAddress);
        await fitting.UntilAsync(HttpStatusCode.OK);
        await bench.Machine.WaitAsync("it is open", status => status.IsOpen);
        Assert.NotNull(bench.Machine.Facts.EvidenceFor(Hash256.Zero, null));
    }

    [Fact]
    public async Task A_worker_that_does_not_read_is_cut_off_all_the_same()
    {
        using var bench = new BoundaryBench();
        await bench.LeadsAsync();
        using var stream = new BoundaryStream((await bench.WayOf(bench.TdxWorker).ConnectAsync(bench.Key, default)).Stream);
        await BoundaryBench.SayAsync(stream, BoundaryBench.HelloOf(bench.Key));
        await BoundaryBench.HearAsync<Welcome>(stream);
        // More answers than the sockets and the manager's queue hold.
        var questions = new WorkerMessage[10_000];
        Array.Fill(questions, new ReadIndexQuestion(1));
        await Assert.ThrowsAnyAsync<IOException>(async () =>
        {
            for (long start = Environment.TickCount64; Environment.TickCount64 - start < 120_000;) await BoundaryBench.SayAsync(stream, questions);
        });
        await using var next = new SupervisedWorker(bench.WayOf(bench.TdxWorker), bench.Machine.ClientAddress);
        await next.UntilAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_worker_that_fell_silent_makes_way_as_soon_as_another_one_waits()
    {
        using var bench = new BoundaryBench();
        await bench.LeadsAsync();
        using var silent = new BoundaryStream((await bench.WayOf(bench.TdxWorker).ConnectAsync(bench.Key, default)).Stream);
        await BoundaryBench.SayAsync(silent, BoundaryBench.HelloOf(bench.Key));
        await BoundaryBench.HearAsync<Welcome>(silent);
        await using var next = new SupervisedWorker(bench.WayOf(bench.TdxWorker), bench.Machine.ClientAddress);
        await next.UntilAsync(HttpStatusCode.OK);
        Assert.Contains(bench.Machine.Lines, line => line.Contains("it has been silent, and another worker waits", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_link_that_breaks_is_made_anew_at_once_with_fresh_evidence()
    {
        using var bench = new BoundaryBench();
        await bench.LeadsAsync();
        var told = new ConcurrentQueue<string>();
        StandInGuest guest = Listening(bench.TdxWorker, told);
        using var relay = new BreakableRelay(bench.Boundary);
        await using var worker = new SupervisedWorker(bench.WayOf(guest) with { Address = relay.Endpoint }, bench.Machine.ClientAddress);
        await worker.UntilAsync(HttpStatusCode.OK);
        for (int breaks = 1; breaks <= 3; breaks++)
        {
            int before = told.Count;
            relay.Break();
            await bench.UntilAsync("the worker has ended", () => worker.Ends >= breaks);
            await worker.UntilAsync(HttpStatusCode.OK);
            Assert.True(told.Count > before, "it proved itself for the new link");
        }
        Assert.Equal(told.Count, told.Distinct().Count());
        // By the break itself: neither side waited until the other had been silent for long.
        Assert.DoesNotContain(bench.Machine.Lines, line => line.Contains("timed out", StringComparison.Ordinal));
        Assert.DoesNotContain(bench.Machine.Status.Alerts, alert => alert.Kind == "worker");
    }

    [Fact]
    public async Task A_handshake_that_was_recorded_inside_an_honest_link_and_is_sent_again_is_refused()
    {
        using var bench = new BoundaryBench();
        await bench.LeadsAsync();
        HandshakeMessage.Proof recorded;
        await using (SslStream honest = await bench.OpenTlsAsync(bench.Key))
        {
            recorded = await BoundaryBench.ProveAsync(honest, bench.WayOf(bench.TdxWorker), bench.Key);
            Assert.IsType<HandshakeMessage.Proof>(await HandshakeWire.ReceiveAsync(honest));
        }
        await using SslStream stream = await bench.OpenTlsAsync(bench.Key);
        await BoundaryBench.GreetAsync(stream);
        await HandshakeWire.SendAsync(stream, recorded);
        var verdict = Assert.IsType<HandshakeMessage.Verdict>(await HandshakeWire.ReceiveAsync(stream));
        Assert.Equal(EvidenceCheck.Nonce, verdict.Refusal?.Check);
        await bench.AlertsAsync($"A worker is refused: {EvidenceCheck.Nonce}: ");
    }

    [Fact]
    public async Task A_worker_proves_itself_again_as_often_as_leases_are_renewed_without_a_gap_and_leaves_when_it_cannot()
    {
        bool isBad = false;
        var told = new ConcurrentQueue<string>();
        using var bench = new BoundaryBench(Leases, body => body[120] |= Volatile.Read(ref isBad) ? (byte)1 : (byte)0);
        await bench.LeadsAsync();
        await using var worker = new SupervisedWorker(bench.WayOf(Listening(bench.TdxWorker, told)), bench.Machine.ClientAddress);
        await worker.UntilAsync(HttpStatusCode.OK);
        int before = told.Count;
        for (int asked = 0; told.Count < before + 3; asked++, await Task.Delay(50))
        {
            Assert.True(asked < 1_200, "it is asked again");
            Assert.Equal(HttpStatusCode.OK, await worker.AskAsync());
        }
        Assert.Equal(0, worker.Ends);
        Assert.Equal(told.Count, told.Distinct().Count());
        Volatile.Write(ref isBad, true);
        await bench.AlertsAsync($"The worker's fresh evidence is refused: {EvidenceCheck.Debug}: ");
        await bench.AlertsAsync("it gave no accepted evidence for as long as a lease lasts");
        await worker.UntilAsync(null);
        Volatile.Write(ref isBad, false);
        await worker.UntilAsync(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Evidence_for_another_nonce_or_key_renews_nothing()
    {
        using var bench = new BoundaryBench(Leases);
        await bench.LeadsAsync();
        AttestedBoundary way = bench.WayOf(bench.TdxWorker);
        AttestedLine line = await way.ConnectAsync(bench.Key, default);
        using var stream = new BoundaryStream(line.Stream);
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        await BoundaryBench.SayAsync(stream, BoundaryBench.HelloOf(bench.Key));
        EvidenceWanted first = await BoundaryBench.HearAsync<EvidenceWanted>(stream);
        await BoundaryBench.SayAsync(stream, new EvidenceGiven(first.Nonce, way.Prove(line.Network, bench.Key, HandshakeSide.HashOf(7))));
        await RefusalsAsync(bench, 1);
        EvidenceWanted second = await BoundaryBench.HearAsync<EvidenceWanted>(stream);
        // What nobody asked for, or asked for before, is not even looked at.
        await BoundaryBench.SayAsync(
            stream, new EvidenceGiven(first.Nonce, way.Prove(line.Network, bench.Key, first.Nonce)),
            new EvidenceGiven(second.Nonce, way.Prove(line.Network, other, second.Nonce)));
        await RefusalsAsync(bench, 2);
        await bench.AlertsAsync("it gave no accepted evidence for as long as a lease lasts");
    }

    private static Task RefusalsAsync(BoundaryBench bench, int count) => bench.UntilAsync(
        $"{count} were refused", () => bench.Machine.Status.Alerts.Count(alert => alert.Text.Contains($"{EvidenceCheck.ReportData}: ", StringComparison.Ordinal)) == count);

    /// <summary>The guest, and what its firmware was asked to sign.</summary>
    private static StandInGuest Listening(StandInGuest guest, ConcurrentQueue<string> told) => guest with
    {
        Report = data =>
        {
            if (data.AsSpan().IndexOfAnyExcept((byte)0) >= 0) told.Enqueue(Convert.ToHexString(data));
            return guest.Report(data);
        },
    };
}
