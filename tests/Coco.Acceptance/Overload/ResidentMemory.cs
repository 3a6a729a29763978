using System.Globalization;
using Coco.Acceptance.Network;

namespace Coco.Acceptance.Overload;

/// <summary>What each process of a network holds of the machine's memory, against what it held before.</summary>
internal sealed class ResidentMemory
{
    private readonly Dictionary<int, (string Name, long Before)> _processes = [];

    public ResidentMemory(StatusDocument status)
    {
        foreach (NodeDocument node in status.Nodes)
        {
            Add($"{node.Name} manager", node.ManagerPid);
            Add($"{node.Name} worker", node.WorkerPid);
        }
    }

    /// <summary>No process has grown by more than this, in MB; says by how much each has.</summary>
    public string AssertGrownByLessThan(int most)
    {
        var grown = _processes.Select(process => (process.Value.Name, Megabytes: (Read(process.Key) - process.Value.Before) >> 20)).ToArray();
        string all = string.Join(", ", grown.Select(process => $"{process.Name} {process.Megabytes} MB"));
        Assert.True(grown.All(process => process.Megabytes < most), $"grown by {all}");
        return all;
    }

    private void Add(string name, int? process) => _processes.Add(process!.Value, (name, Read(process.Value)));

    private static long Read(int process)
    {
        string line = File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10;
    }
}
