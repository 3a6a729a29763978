using System.Text;
using Coco.Evm;
using Coco.Ledgers.Ethereum;

namespace Coco.Ledgers.Tests.Ethereum;

public sealed class SettingsTests
{
    private static EthereumSettings Read(string json) =>
        EthereumSettings.TryRead(Encoding.UTF8.GetBytes(json), out EthereumSettings? settings, out string? error)
            ? settings! : throw new InvalidOperationException(error);

    private static string? Error(string json)
    {
        EthereumSettings.TryRead(Encoding.UTF8.GetBytes(json), out _, out string? error);
        return error;
    }

    [Fact]
    public void Without_forks_a_network_has_Osaka_from_the_first_block()
    {
        EthereumSettings settings = Read("""{"chainId": 5, "unknown": [1]}""");
        Assert.Equal(EvmFork.Osaka, settings.Forks.ForkAt(0, 0));
        Assert.Equal(5UL, settings.ChainId);
        Assert.Equal(200, settings.ConfirmationIntervalMs);
    }

    [Fact]
    public void A_genesis_file_of_geth_gives_its_forks()
    {
        EthereumSettings settings = Read("""
            {"config": {"chainId": 3503995874084926, "homesteadBlock": 0, "eip150Block": 6, "eip155Block": 9, "eip158Block": 12,
              "byzantiumBlock": 15, "londonBlock": 27, "mergeNetsplitBlock": 36, "terminalTotalDifficulty": 4732736,
              "shanghaiTime": 390, "cancunTime": 420, "pragueTime": 450, "osakaTime": 480, "bpo1Time": 490,
              "blobSchedule": {"cancun": {"target": 3, "max": 6, "baseFeeUpdateFraction": 3338477}}},
             "nonce": "0x0", "timestamp": "0x0", "gasLimit": "0x23f3e20", "difficulty": "0x20000", "alloc": {"0x00000000000000000000000000000000000000c0": {"balance": "12"}}}
            """);
        Assert.Equal(EvmFork.Homestead, settings.Forks.ForkAt(5, 0));
        Assert.Equal(EvmFork.SpuriousDragon, settings.Forks.ForkAt(12, 0));
        Assert.Equal(EvmFork.Paris, settings.Forks.ForkAt(36, 389));
        Assert.Equal(EvmFork.Cancun, settings.Forks.ForkAt(40, 420));
        Assert.Equal(EvmFork.Osaka, settings.Forks.ForkAt(60, 500));
        Assert.Equal(BlobParameters.Bpo1, settings.Forks.BlobsAt(500));
        Assert.Equal(12UL, settings.Alloc[0].Balance.U0);
    }

    [Fact]
    public void A_genesis_state_is_read_whole()
    {
        EthereumSettings settings = Read("""
            {"alloc": {"00000000000000000000000000000000000000C1": {"code": "0x6001", "nonce": 7, "secretKey": {"a": [1, 2]},
               "storage": {"0x02": "0x00000000000000000000000000000000000000000000000000000000000000ff", "1": 5}},
              /* geth's own tests have comments */ "0x00000000000000000000000000000000000000c0": {"balance": "0x12", "code": null}},
             "chainId": 1, "gasLimit": 77}
            """);
        Assert.Equal(77UL, settings.GasLimit);
        Assert.Equal(2, settings.Alloc.Count);
        Assert.Equal(0x12UL, settings.Alloc[0].Balance.U0);
        GenesisAccount contract = settings.Alloc[1];
        Assert.Equal((7UL, 2), (contract.Nonce, contract.Code.Length));
        Assert.Equal([(2UL, 255UL), (1UL, 5UL)], contract.Storage.Select(slot => (slot.Slot.U0, slot.Value.U0)));
    }

    [Theory]
    [InlineData("{}", "settings: chainId is missing")]
    [InlineData("""{"chainId": 1, "gasLimit": "x"}""", "gasLimit: x is no number of up to 256 bits")]
    [InlineData("""{"chainId": 1, "alloc": {"0x12": {}}}""", "alloc.0x12: 0x12 is no address")]
    [InlineData("""{"chainId": 1, "alloc": []}""", "alloc: must be an object")]
    [InlineData("""{"chainId": 1, "alloc": {"0x00000000000000000000000000000000000000c0": {"balance": true}}}""", "alloc.0x00000000000000000000000000000000000000c0.balance: must be a number")]
    [InlineData("""{"chainId": 1, "alloc": {"0x00000000000000000000000000000000000000c0": {"nonce": "0x10000000000000000"}}}""", "alloc.0x00000000000000000000000000000000000000c0.nonce: must be below 2^64")]
    [InlineData("""{"chainId": 1, "alloc": {"0x00000000000000000000000000000000000000c0": {"storage": {"x": "1"}}}}""", "alloc.0x00000000000000000000000000000000000000c0.storage.x: x is no slot")]
    [InlineData("""{"chainId": 1, "alloc": {"0x00000000000000000000000000000000000000c0": {}, "00000000000000000000000000000000000000c0": {}}}""", "alloc.0x00000000000000000000000000000000000000c0: the address stands there twice")]
    [InlineData("""{"chainId": 1, "baseFee": "some"}""", "baseFee: must be \"zero\" or \"dynamic\"")]
    [InlineData("""{"chainId": 1, "confirmations": {"batches": 5000}}""", "confirmations.batches: must be from 0 to 1000")]
    public void Errors_name_the_field(string json, string expected) => Assert.Equal(expected, Error(json));
}
