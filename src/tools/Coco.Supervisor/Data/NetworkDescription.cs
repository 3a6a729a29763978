using System.Text.Json;

namespace Coco.Supervisor;

/// <summary>What the host remembers of a network (<c>network.json</c>).</summary>
public sealed record NetworkDescription
{
    /// <summary>The layout of the data directory that this program writes and reads.</summary>
    public const int CurrentVersion = 1;

    public int Version { get; init; } = CurrentVersion;
    public required string Name { get; init; }
    public required string Ledger { get; init; }
    public required string Platform { get; init; }
    public ulong? ChainId { get; init; }

    /// <summary>A network made by <c>coco up</c>, with all members' keys on this machine.</summary>
    public bool IsDevelopment { get; init; }

    public required IReadOnlyList<string> Nodes { get; init; }

    /// <summary>Nodes whose processes run in a network namespace of their own, and its name (Linux, root); null: none.</summary>
    public IReadOnlyDictionary<string, string>? NetworkNamespaces { get; init; }

    /// <summary>Throws <see cref="SupervisorException"/> when there is none or it is of another version.</summary>
    public static NetworkDescription Read(DataDirectory data)
    {
        if (!data.HasNetwork)
            throw new SupervisorException($"There is no network in {data.Path}. Start one with: coco up --data {data.Path}", isMissing: true);
        NetworkDescription? found = null;
        try
        {
            found = JsonSerializer.Deserialize<NetworkDescription>(File.ReadAllBytes(data.NetworkFile), SupervisorJson.Options);
        }
        catch (JsonException wrong)
        {
            throw new SupervisorException($"{data.NetworkFile} cannot be read: {wrong.Message}");
        }
        return found is { Version: CurrentVersion } ? found
            : throw new SupervisorException($"{data.NetworkFile} is of version {found?.Version}; this program knows version {CurrentVersion}.");
    }

    public void Write(DataDirectory data) => SupervisorJson.WriteFile(data.NetworkFile, this);
}
