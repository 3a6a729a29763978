using System.Globalization;
using System.Text.Json;
using Coco.Simulation;

// Runs seeds in the build in which rules can be broken (tests/mutations/README.md) and prints the report as JSON.
// Arguments: profile, first seed, last seed, number of VNs or 0 where each seed chooses, "stop" at the first violation or "all".
int nodes = int.Parse(args[3], CultureInfo.InvariantCulture);
var options = new SimulationOptions(
    long.Parse(args[1], CultureInfo.InvariantCulture), long.Parse(args[2], CultureInfo.InvariantCulture), args[0],
    nodes == 0 ? null : nodes, StopsAtViolation: args[4] == "stop");
Console.Out.WriteLine(JsonSerializer.Serialize(Simulator.Run(options), new JsonSerializerOptions(JsonSerializerDefaults.Web)));
