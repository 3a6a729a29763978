using Coco.Apps.Manager;
using Coco.Boundary;
using Coco.Consensus.Raft;
using Coco.Keys;
using Coco.Manager;
using Coco.Tee.Platforms;

// The manager of one validating node: composes the shell with the Raft plug and the platform, and runs until it is told to stop.
var measurement = ProgramMeasurement.Of(AppContext.BaseDirectory);
if (args is ["--print-measurement"])
{
    Console.WriteLine(measurement);
    return 0;
}
if (args is not ["--config", var file])
{
    Console.Error.WriteLine("Usage: coco-manager --config FILE | --print-measurement");
    return 2;
}
try
{
    NodeConfiguration configuration = NodeConfiguration.Read(file);
    if (configuration.Platform != "software")
    {
        Console.Error.WriteLine($"The platform '{configuration.Platform}' is not in this version; this build has 'software'.");
        return 3;
    }
    using var platformKey = EcdsaSigner.Generate();
    var platform = new SoftwarePlatform(measurement, platformKey, TimeProvider.System, isDebug: true);
    using var sealing = SoftwareSealing.Open(Path.Combine(configuration.ManagerDirectory, "sealing.key"), measurement);
    Log(SoftwarePlatform.Warning);
    using var telemetry = new Telemetry(configuration.NodeName);
    using var stop = new StopSignal();
    using var node = new ManagerNode(new ManagerOptions(configuration, platform, new Sealing(sealing), [new RaftFactory()], Log));
    await node.RunAsync(stop.Token);
    return 0;
}
catch (OperationCanceledException)
{
    return 0;
}
catch (InvalidDataException problem)
{
    Log(problem.Message);
    return 1;
}
catch (IOException problem)
{
    Log(problem.Message);
    return 3;
}

static void Log(string line) => Console.WriteLine($"{DateTimeOffset.UtcNow:O} {line}");
