using Coco.Acceptance.Network;
using Xunit.Abstractions;

namespace Coco.Acceptance.KeyValue;

/// <summary>Processes die by SIGKILL under load: nothing that was acknowledged is lost or happens twice, and all VNs come back.</summary>
[Collection(KeyValueNetwork.Collection)]
public sealed class KillTests(KeyValueNetwork shared, ITestOutputHelper output)
{
    /// <summary>For a VN to be a voter again; NET-3 asks for two seconds on an idle machine, this is for a busy one.</summary>
    private static readonly TimeSpan VoterAgain = TimeSpan.FromSeconds(30);

    private const int Clients = 4;
    private const int Steps = 8;

    public enum Victims
    {
        ManagerOfLeader,
        ManagerOfFollower,
        WorkerOfLeader,
        WorkerOfFollower,
        NodeOfLeader,
        TwoManagers,
        AllManagers,
        AllWorkers,
        Everything,
    }

    [Theory]
    [InlineData(Victims.ManagerOfFollower)]
    [InlineData(Victims.ManagerOfLeader)]
    [InlineData(Victims.WorkerOfFollower)]
    [InlineData(Victims.WorkerOfLeader)]
    [InlineData(Victims.NodeOfLeader)]
    [InlineData(Victims.TwoManagers)]
    [InlineData(Victims.AllManagers)]
    [InlineData(Victims.AllWorkers)]
    [InlineData(Victims.Everything)]
    public Task A_kill_under_load_loses_and_repeats_nothing(Victims victims) => KillUnderLoadAsync(victims, times: 1);

    [LongTheory]
    [InlineData(Victims.ManagerOfLeader)]
    [InlineData(Victims.WorkerOfLeader)]
    [InlineData(Victims.NodeOfLeader)]
    [InlineData(Victims.TwoManagers)]
    [InlineData(Victims.AllManagers)]
    [InlineData(Victims.Everything)]
    public Task Ten_kills_in_a_row_lose_and_repeat_nothing(Victims victims) => KillUnderLoadAsync(victims, times: 10);

    [LongFact]
    public async Task A_kill_every_two_and_a_half_seconds_for_five_minutes_loses_and_repeats_nothing()
    {
        StatusDocument status = await shared.Network.WaitUntilWholeAsync(VoterAgain);
        await using CounterLoad load = new(status, Clients);
        long end = Environment.TickCount64 + (5 * 60 * 1000);
        for (int kills = 0; Environment.TickCount64 < end; kills++)
        {
            await Task.Delay(2_500);
            NodeDocument node = (await shared.Network.StatusAsync()).Nodes[kills % status.Nodes.Length];
            if ((kills % 2 == 0 ? node.ManagerPid : node.WorkerPid) is { } process) TestNetwork.Kill(process);
        }
        await shared.Network.WaitUntilWholeAsync(VoterAgain);
        await load.AdvanceAsync(Steps);
        await load.StopAndCheckAsync();
        output.WriteLine($"{load.Acknowledged} acknowledged, longest wait {load.LongestWait.TotalMilliseconds:0} ms");
    }

    private async Task KillUnderLoadAsync(Victims victims, int times)
    {
        StatusDocument status = await shared.Network.WaitUntilWholeAsync(VoterAgain);
        await using CounterLoad load = new(status, Clients);
        for (int i = 0; i < times; i++)
        {
            await load.AdvanceAsync(Steps);
            status = await shared.Network.WaitAsync("there is a leader", VoterAgain, now => now.Nodes.Any(node => node.Role == "leader"));
            foreach (int? process in ProcessesOf(victims, status)) TestNetwork.Kill(process);
            await load.AdvanceAsync(Steps);
            status = await shared.Network.WaitUntilWholeAsync(VoterAgain);
            output.WriteLine($"rejoin ms {string.Join(", ", status.Nodes.Select(node => $"{node.Name} {node.LastRejoinMs:0}"))}");
        }
        await load.StopAndCheckAsync();
        output.WriteLine($"{load.Acknowledged} acknowledged, longest wait {load.LongestWait.TotalMilliseconds:0} ms");
    }

    private static int?[] ProcessesOf(Victims victims, StatusDocument status)
    {
        NodeDocument leader = status.Nodes.First(node => node.Role == "leader");
        NodeDocument follower = status.Nodes.First(node => node.Role != "leader");
        return victims switch
        {
            Victims.ManagerOfLeader => [leader.ManagerPid],
            Victims.ManagerOfFollower => [follower.ManagerPid],
            Victims.WorkerOfLeader => [leader.WorkerPid],
            Victims.WorkerOfFollower => [follower.WorkerPid],
            Victims.NodeOfLeader => [leader.ManagerPid, leader.WorkerPid],
            Victims.TwoManagers => [leader.ManagerPid, follower.ManagerPid],
            Victims.AllManagers => [.. status.Nodes.Select(node => node.ManagerPid)],
            Victims.AllWorkers => [.. status.Nodes.Select(node => node.WorkerPid)],
            _ => [.. status.Nodes.SelectMany(node => new[] { node.ManagerPid, node.WorkerPid })],
        };
    }
}
