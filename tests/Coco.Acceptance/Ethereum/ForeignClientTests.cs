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
        await AssertDoneAsync(network, status, "wallet.mjs", statusFile);
        Assert.Equal(0, (await network.DownAsync()).ExitCode);
        CommandResult up = await network.UpAsync();
        Assert.True(up.ExitCode == 0, up.Errors);
        await AssertDoneAsync(network, status, "ethers.mjs", "again", statusFile, ForeignClient.Token, state);
    }

    /// <summary>OpenZeppelin's contracts by Hardhat and Ignition; scripts, creation and tests on a fork by forge; cast.</summary>
    [LongFact]
    public async Task Hardhat_forge_and_cast_compile_deploy_and_test_against_the_network()
    {
        await using TestNetwork network = await TestNetwork.StartAsync("ethereum");
        string statusFile = await ForeignClient.WriteStatusAsync(network, await network.StatusAsync());
        string work = Directory.CreateDirectory(Path.Combine(network.Data, "toolchains")).FullName;
        await AssertDoneAsync(network, "run.mjs", await ForeignClient.RunToolchainsAsync(statusFile, work));
    }

    private async Task AssertDoneAsync(TestNetwork network, StatusDocument status, string script, params string[] arguments) =>
        await AssertDoneAsync(network, script, await ForeignClient.RunAsync(status, script, arguments));

    private async Task AssertDoneAsync(TestNetwork network, string script, CommandResult result)
    {
        output.WriteLine(result.Output);
        Assert.True(result.ExitCode == 0, $"{script} ended with {result.ExitCode}:\n{result.Output}\n{result.Errors}\n{await network.LastLogsAsync()}");
    }
}
