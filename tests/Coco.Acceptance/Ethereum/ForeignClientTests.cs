using Coco.Acceptance.KeyValue;
using Coco.Acceptance.Network;
using Xunit.Abstractions;

namespace Coco.Acceptance.Ethereum;

/// <summary>Libraries that applications use today work with an Ethereum network as they are (LED-2).</summary>
[Collection(KeyValueNetwork.Collection)] // one network at a time: the machine is small
public sealed class ForeignClientTests(ITestOutputHelper output)
{
    [Fact]
    public async Task Ethers_viem_and_web3_deploy_use_and_find_a_token_again_after_a_restart()
    {
        await using TestNetwork network = await TestNetwork.StartAsync("ethereum");
        StatusDocument status = await network.StatusAsync();
        string statusFile = await ForeignClient.WriteStatusAsync(network, status);
        string state = Path.Combine(network.Data, "state.json");
        await AssertDoneAsync(network, status, "ethers.mjs", "first", statusFile, ForeignClient.Token, state);
        await AssertDoneAsync(network, status, "viem.mjs", statusFile, ForeignClient.Token);
        await AssertDoneAsync(network, status, "web3.mjs", statusFile, ForeignClient.Token);
        Assert.Equal(0, (await network.DownAsync()).ExitCode);
        CommandResult up = await network.UpAsync();
        Assert.True(up.ExitCode == 0, up.Errors);
        await AssertDoneAsync(network, status, "ethers.mjs", "again", statusFile, ForeignClient.Token, state);
    }

    private async Task AssertDoneAsync(TestNetwork network, StatusDocument status, string script, params string[] arguments)
    {
        CommandResult result = await ForeignClient.RunAsync(status, script, arguments);
        output.WriteLine(result.Output);
        Assert.True(result.ExitCode == 0, $"{script} ended with {result.ExitCode}:\n{result.Output}\n{result.Errors}\n{await network.LastLogsAsync()}");
    }
}
