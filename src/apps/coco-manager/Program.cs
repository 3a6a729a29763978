using System.Net.Sockets;
using Coco.Apps.Manager;
using Coco.Boundary;
using Coco.Consensus.Raft;
using Coco.Manager;
using Coco.Tee;
using Coco.Tee.Platforms;

// The manager of one validating node: composes the shell with the Raft plug and the platform, and runs until it is told to stop.
var program = ProgramMeasurement.Of(AppContext.BaseDirectory);
if (args is ["--print-measurement"])
{
    Console.WriteLine(program);
    return 0;
}
if (args is not (["--config", _] or ["--print-measurement", "--config", _]))
{
    Console.Error.WriteLine("Usage: coco-manager --config FILE | --print-measurement [--config FILE]");
    return 2;
}
// Before the first socket: completions run on the threads that poll, one for each processor, and not on others that must be woken.
Environment.SetEnvironmentVariable("DOTNET_SYSTEM_NET_SOCKETS_INLINE_COMPLETIONS", "1");
try
{
    NodeConfiguration configuration = NodeConfiguration.Read(args[^1]);
    using NodePlatform here = NodePlatform.Open(configuration, program);
    if (args.Length == 3)
    {
        Console.WriteLine($"0x{Convert.ToHexStringLower(here.Platform.Measurement.Span)} {here.Platform.Name}");
        return 0;
    }
    Log(here.Describe());
    ISealing? sealing = here.OpenSealing();
    if (sealing is null) Log("This platform seals nothing: when all VNs of the network stop at once, this one cannot go on by itself.");
    using var telemetry = new Telemetry(configuration.NodeName);
    using var stop = new StopSignal();
    using var node = new ManagerNode(new ManagerOptions(configuration, here.Platform, sealing, folder => Convert.ToHexStringLower(ProgramMeasurement.Of(folder).Span), EvidenceVerifiers.All, [new RaftFactory()], Log));
    await node.RunAsync(stop.Token);
    return 0;
}
catch (OperationCanceledException)
{
    return 0;
}
catch (VnStoppedException stopped)
{
    Log(stopped.Message);
    return 4;
}
catch (InvalidDataException problem)
{
    Log(problem.Message);
    return 1;
}
catch (Exception problem) when (problem is IOException or SocketException)
{
    Log(problem.Message);
    return 3;
}

static void Log(string line) => Console.WriteLine($"{DateTimeOffset.UtcNow:O} {line}");
