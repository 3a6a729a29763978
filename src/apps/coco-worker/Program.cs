using System.Net;
using Coco.Apps.Worker;
using Coco.Boundary;
using Coco.Ledgers.Ethereum;
using Coco.Ledgers.KeyValue;
using Coco.Tee.Platforms;
using Coco.Worker;

// The worker of one validating node: composes the shell with the ledgers of this build.
if (args is ["--print-measurement"])
{
    Console.WriteLine(ProgramMeasurement.Of(AppContext.BaseDirectory));
    return 0;
}
if (args is not ["--config", var file])
{
    Console.Error.WriteLine("Usage: coco-worker --config FILE | --print-measurement");
    return 2;
}
// Before the first socket: completions run on the threads that poll, one for each processor, and not on others that must be woken.
Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
try
{
    NodeConfiguration configuration = NodeConfiguration.Read(file);
    var options = new WorkerOptions(
        configuration.BoundarySocketPath, IPEndPoint.Parse(configuration.ClientAddress),
        configuration.DevelopmentRpcAddress is { } address ? IPEndPoint.Parse(address) : null)
    {
        Attested = BoundaryWay.Of(configuration),
    };
    using var telemetry = new Telemetry(configuration.NodeName);
    using var stop = new StopSignal();
    using var node = new WorkerNode(options, [new EthereumLedgerFactory(), new KeyValueLedgerFactory()], Log);
    await node.RunAsync(stop.Token);
    return 0;
}
catch (OperationCanceledException)
{
    return 0;
}
catch (Exception problem) when (problem is IOException or InvalidDataException or System.Net.Sockets.SocketException)
{
    Log(problem.Message);
    return 1;
}

static void Log(string line) => Console.WriteLine($"{DateTimeOffset.UtcNow:O} {line}");
