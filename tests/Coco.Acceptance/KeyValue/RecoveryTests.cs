using Coco.Acceptance.Network;

namespace Coco.Acceptance.KeyValue;

/// <summary>A network whose constitution forbids sealing: what it survives, and what it says when nobody is left who knows the keys.</summary>
public sealed class RecoveryTests
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Without_sealing_a_lost_quorum_needs_recovery_and_a_single_vn_does_not()
    {
        await using TestNetwork network = await TestNetwork.StartAsync("keyvalue", constitution => constitution["sealing"]!["allowed"] = false);
        StatusDocument status = await network.WaitUntilWholeAsync(Patience);
        TestNetwork.Kill(status.Nodes[0].ManagerPid);
        await network.WaitAsync("the VN was started again", Patience, now => now.Nodes[0].Restarts > 0);
        status = await network.WaitUntilWholeAsync(Patience);
        Assert.Null(status.Needs);
        TestNetwork.Kill(status.Nodes[0].ManagerPid);
        TestNetwork.Kill(status.Nodes[1].ManagerPid);
        status = await network.WaitAsync("it says what it needs", Patience, now => now.Needs is not null);
        Assert.Equal("recovery", status.Needs);
        Assert.Equal("starting", status.State);
    }
}
