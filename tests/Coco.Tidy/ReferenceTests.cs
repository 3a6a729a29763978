using System.Xml.Linq;

namespace Coco.Tidy;

/// <summary>The references between projects are the threat model: they are as drawn in docs/architecture.md and in no other way.</summary>
public sealed class ReferenceTests
{
    /// <summary>What each room may name, with everything that those may name.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Coco.Primitives"] = [],
        ["Coco.Crypto"] = ["Coco.Primitives"],
        ["Coco.Consensus"] = ["Coco.Primitives"],
        ["Coco.Consensus.Raft"] = ["Coco.Consensus"],
        ["Coco.Store"] = ["Coco.Primitives"],
        ["Coco.Postings"] = ["Coco.Primitives"],
        ["Coco.Log"] = ["Coco.Store", "Coco.Crypto"],
        ["Coco.Governance"] = ["Coco.Store", "Coco.Crypto"],
        ["Coco.Replica"] = ["Coco.Consensus", "Coco.Log", "Coco.Governance"],
        ["Coco.Ledgers"] = ["Coco.Store", "Coco.Crypto"],
        ["Coco.Executor"] = ["Coco.Store", "Coco.Ledgers"],
        ["Coco.Boundary"] = ["Coco.Primitives", "Coco.Crypto"],
        ["Coco.Tee"] = ["Coco.Primitives", "Coco.Crypto"],
        ["Coco.Tee.Platforms"] = ["Coco.Tee"],
        ["Coco.Keys"] = ["Coco.Tee"],
        ["Coco.Attestation"] = ["Coco.Governance", "Coco.Tee"],
        ["Coco.Evm"] = ["Coco.Primitives", "Coco.Crypto"],
        ["Coco.Ledgers.Ethereum"] = ["Coco.Ledgers", "Coco.Evm"],
        ["Coco.Ledgers.KeyValue"] = ["Coco.Ledgers", "Coco.Crypto"],
        ["Coco.Client"] = ["Coco.Tee", "Coco.Log"],
        ["Coco.Manager"] = ["Coco.Replica", "Coco.Boundary", "Coco.Tee", "Coco.Keys", "Coco.Attestation"],
        ["Coco.Worker"] = ["Coco.Executor", "Coco.Postings", "Coco.Boundary", "Coco.Tee"],
    };

    public static TheoryData<string> Rooms => [.. Allowed.Keys];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_names_only_what_the_architecture_allows(string room)
    {
        HashSet<string> allowed = References.Close(room, name => Allowed[name]);
        Findings.AreNone(References.Direct[room].Where(name => !allowed.Contains(name)));
    }

    [Fact]
    public void Every_project_in_a_trust_zone_is_in_the_table()
    {
        string[] zones = ["src/core/", "src/enclave/", "src/ledgers/", "src/clients/"];
        IEnumerable<string> rooms = Repository.Projects
            .Where(project => zones.Any(zone => project.StartsWith(zone, StringComparison.Ordinal))).Select(Repository.NameOf);
        Findings.AreNone(rooms.Where(room => !Allowed.ContainsKey(room)));
    }

    [Theory]
    [InlineData("coco-worker", "Coco.Log", "Coco.Keys", "Coco.Governance", "Coco.Replica")]
    [InlineData("coco-manager", "Coco.Ledgers", "Coco.Evm", "Coco.Executor")]
    [InlineData("Coco.Replica", "Coco.Consensus.Raft")]
    [InlineData("Coco.Worker", "Coco.Ledgers.Ethereum")]
    public void A_zone_cannot_even_reach_what_it_must_not_know(string project, params string[] forbidden) =>
        Findings.AreNone(References.ClosureOf(project).Intersect(forbidden));

    [Fact]
    public void Every_project_is_in_the_solution()
    {
        string[] listed = [.. XDocument.Parse(Repository.Read("Coco.slnx")).Descendants("Project").Select(project => project.Attribute("Path")!.Value)];
        Findings.AreNone(Repository.Projects.Except(listed));
        Findings.AreNone(listed.Except(Repository.Projects));
    }

    /// <summary>Whoever sees the internals of Coco.Tee can name other vendors' roots than the pinned ones: the tests of it alone.</summary>
    [Fact]
    public void No_program_can_name_other_roots_of_hardware_than_the_vendors()
    {
        string[] friends = [.. XDocument.Parse(Repository.Read("src/enclave/Coco.Tee/Coco.Tee.csproj")).Descendants("InternalsVisibleTo").Select(friend => friend.Attribute("Include")!.Value)];
        Assert.Equal(["Coco.Enclave.Tests"], friends);
    }

    /// <summary>
    /// The lines that a reviewer of the manager must read. The number may fall freely; when it must rise, raise it in
    /// tests/data/tidy/manager-lines.txt in the same change, so that growth is seen.
    /// </summary>
    [Fact]
    public void The_manager_grows_only_on_purpose()
    {
        IReadOnlySet<string> closure = References.ClosureOf("coco-manager");
        int lines = Repository.Projects.Where(project => closure.Contains(Repository.NameOf(project))).Sum(LinesOf);
        int most = int.Parse(Repository.Read("tests/data/tidy/manager-lines.txt").Trim());
        Assert.True(lines <= most, $"The manager and what it reaches have {lines} lines of source; tests/data/tidy/manager-lines.txt allows {most}.");
    }

    private static int LinesOf(string project)
    {
        string folder = project[..(project.LastIndexOf('/') + 1)];
        return Repository.SourceFiles.Where(file => file.StartsWith(folder, StringComparison.Ordinal)).Sum(file => Repository.Lines(file).Length);
    }
}
