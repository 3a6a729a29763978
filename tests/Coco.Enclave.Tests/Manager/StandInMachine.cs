using Coco.Boundary;
using Coco.Consensus.Raft;
using Coco.Enclave.Tests.Tee;
using Coco.Manager;
using Coco.Manager.Admin;
using Coco.Tee;
using Coco.Tee.Platforms;

namespace Coco.Enclave.Tests.Manager;

/// <summary>
/// A confidential VM with a manager in it: a folder whose kernel answers as a guest's configfs-tsm does, under a root of the
/// test's own, and one VN's real manager with real sockets and files.
/// </summary>
internal sealed class StandInMachine : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("coco-machine").FullName;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private readonly ManagerNode _node;

    public StandInMachine(StandInGuest guest, string name, string peerAddress, Func<NodeConfiguration, NodeConfiguration> configure, EvidenceVerifiers verifiers)
    {
        Directory.CreateDirectory(Path.Combine(_folder, "manager"));
        Platform = guest.OpenIn(_folder);
        NodeConfiguration configuration = configure(new NodeConfiguration
        {
            NodeName = name,
            Organisation = "alder",
            DataDirectory = _folder,
            PeerAddress = peerAddress,
            AdminAddress = $"127.0.0.1:{Ports.Free()}",
            ClientAddress = $"127.0.0.1:{Ports.Free()}",
            BoundarySocketPath = Path.Combine(_folder, "b"),
            Platform = guest.Platform,
            Mode = NodeMode.Join,
        });
        AdminAddress = new Uri($"https://{configuration.AdminAddress}");
        ClientAddress = System.Net.IPEndPoint.Parse(configuration.ClientAddress);
        _node = new ManagerNode(new ManagerOptions(
            configuration, Platform, null, folder => folder, verifiers, [new RaftFactory()], Lines.Enqueue));
        _running = RunAsync();
    }

    public HardwarePlatform Platform { get; }
    public Uri AdminAddress { get; }
    public System.Net.IPEndPoint ClientAddress { get; }
    public IAdminFacts Facts => _node;
    public ManagerStatus Status => Facts.Status;
    public System.Collections.Concurrent.ConcurrentQueue<string> Lines { get; } = new();

    /// <summary>Others wait for this one: that it is over must not be read as that it is slow.</summary>
    private async Task RunAsync()
    {
        try
        {
            await _node.RunAsync(_stop.Token);
        }
        catch (Exception problem) when (problem is not OperationCanceledException)
        {
            Lines.Enqueue($"It stopped: {problem}");
            throw;
        }
    }

    /// <summary>Waits for what the status must come to say.</summary>
    public async Task<ManagerStatus> WaitAsync(string what, Func<ManagerStatus, bool> wanted)
    {
        for (long start = Environment.TickCount64; Environment.TickCount64 - start < 60_000; await Task.Delay(20))
        {
            if (wanted(Status)) return Status;
            if (_running.IsFaulted) await _running;
        }
        throw new TimeoutException($"Not so: {what}. {Status}\n{string.Join('\n', Lines)}");
    }

    public void Dispose()
    {
        _stop.Cancel();
        try
        {
            _running.Wait();
        }
        catch (AggregateException)
        {
            // Cancelled, or refused for good: a test looks at the status for that.
        }
        _node.Dispose();
        _stop.Dispose();
        TemporaryFolder.Remove(_folder);
    }
}
