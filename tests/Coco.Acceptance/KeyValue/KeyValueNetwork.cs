using Coco.Acceptance.Network;

namespace Coco.Acceptance.KeyValue;

/// <summary>One key-value network of three VNs for all tests that leave it whole.</summary>
public sealed class KeyValueNetwork : IAsyncLifetime
{
    public const string Collection = "key-value network";

    private TestNetwork? _network;

    internal TestNetwork Network => _network!;

    public async Task InitializeAsync() => _network = await TestNetwork.StartAsync("keyvalue");

    public async Task DisposeAsync()
    {
        if (_network is not null) await _network.DisposeAsync();
    }
}

[CollectionDefinition(KeyValueNetwork.Collection, DisableParallelization = true)]
public sealed class KeyValueNetworkTests : ICollectionFixture<KeyValueNetwork>;
