using Coco.Audit;
using Coco.Boundary;
using Coco.Supervisor;

namespace Coco.Apps.Cli;

/// <summary>Asks the nodes of a development network for their ledger's keys, and adds the genesis file that the constitution names.</summary>
internal static class KeyFetch
{
    public static async Task<KeyFile> RunAsync(DataDirectory data, CancellationToken cancellation)
    {
        foreach (string node in NetworkDescription.Read(data).Nodes)
        {
            NodeConfiguration configuration = NodeConfiguration.Read(data.ConfigurationFile(node));
            if (!File.Exists(configuration.CaFile)) continue;
            using AdminClient admin = new(configuration.AdminAddress, configuration.CaFile);
            if (await admin.TryGetAsync("keys.json", cancellation) is { } document)
                return KeyFile.Parse(document) with { Genesis = configuration.GenesisFile is { } genesis && File.Exists(genesis) ? File.ReadAllBytes(genesis) : null };
        }
        throw new SupervisorException($"No node of {data.Path} gives its keys out: none runs, or they are protected.", isMissing: true);
    }
}
