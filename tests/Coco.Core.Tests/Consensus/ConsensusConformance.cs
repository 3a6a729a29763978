using Coco.Consensus;
using Coco.Primitives;

namespace Coco.Core.Tests.Consensus;

/// <summary>
/// The law of the consensus socket (IConsensus), asked of any plug by way of the socket alone. A plug says with
/// <see cref="ConsensusStatus.IsFinal"/> whether its commits may be undone; the rest holds for all.
/// </summary>
public abstract class ConsensusConformance
{
    private const int Steps = 4000;

    private protected abstract IConsensusFactory Factory { get; }

    public static TheoryData<int> Seeds() => [.. Enumerable.Range(1, 20)];

    [Fact]
    public void A_plug_has_a_name() => Assert.Matches("^[a-z][a-z-]*$", Factory.Name);

    [Theory]
    [MemberData(nameof(Seeds))]
    public void The_same_inputs_give_the_same_effects(int seed) =>
        Assert.Equal(new ConformanceNetwork(Factory, seed).Run(Steps), new ConformanceNetwork(Factory, seed).Run(Steps));

    [Theory]
    [MemberData(nameof(Seeds))]
    public void The_law_holds_under_loss_delay_and_crashes(int seed)
    {
        ConformanceNetwork network = new(Factory, seed);
        network.Run(Steps);
        network.Heal();
        network.CheckAgreement();
    }

    [Fact]
    public void A_lone_node_commits_what_its_disk_has_written_and_no_earlier()
    {
        SimulatedNode node = Alone();
        LogIndex before = node.Commit;
        node.Propose("a");
        Assert.Equal(before, node.Commit);
        Settle(node);
        Assert.Equal(node.Plug.Status.Last.Index, node.Commit);
    }

    [Fact]
    public void Noise_from_peers_changes_nothing()
    {
        SimulatedNode node = Alone();
        string before = ScenarioText.Of(node.Plug.Status);
        Random random = new(3);
        for (int run = 0; run < 2000; run++)
        {
            byte[] noise = new byte[random.Next(60)];
            random.NextBytes(noise);
            node.Step(new ReceivedInput(new NodeId(9), new ConsensusMessage(noise, [])));
        }
        Assert.Equal(before, ScenarioText.Of(node.Plug.Status));
        Assert.Equal(0, node.UnsyncedCount);
    }

    [Fact]
    public void A_proposal_out_of_place_is_refused()
    {
        SimulatedNode node = Alone();
        RefusedEffect? refused = null;
        node.Observe = effect => refused = effect as RefusedEffect ?? refused;
        LogIndex gap = new(node.Plug.Status.Last.Index.Value + 2);
        node.Step(new ProposeInput([SimulatedNode.Entry(node.Plug.Status.Term, gap, "gap")]));
        Assert.Equal(gap, refused?.First);
        Assert.Equal(0, node.UnsyncedCount);
    }

    [Fact]
    public void A_plug_goes_on_from_what_its_disk_holds()
    {
        SimulatedNode node = Alone();
        node.Propose("a");
        Settle(node);
        LogPosition last = node.Plug.Status.Last;
        node.Crash();
        node.Restart();
        Assert.Equal(last, node.Plug.Status.Last);
        Assert.Equal(last.Index, node.Plug.Status.Persisted);
    }

    private SimulatedNode Alone()
    {
        NodeId one = new(1);
        SimulatedNode node = new(one, new Configuration([one], [], []), Factory, new ConsensusSettings(), 1);
        for (int tick = 0; tick < 500; tick++)
        {
            node.Step(TickInput.Instance);
            Settle(node);
        }
        if (node.Plug.Status.Role == ConsensusRole.Leader && node.Plug.Status.Last.Term != node.Plug.Status.Term) node.Propose("first");
        Settle(node);
        return node;
    }

    private static void Settle(SimulatedNode node)
    {
        while (node.UnsyncedCount > 0) node.Sync();
    }
}
