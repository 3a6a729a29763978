using Coco.Acceptance.Network;

namespace Coco.Acceptance.Overload;

/// <summary>One Ethereum network of three VNs for the tests of what clients may take of it.</summary>
public sealed class OverloadNetwork : IAsyncLifetime
{
    public const string Collection = "overloaded network";

    private TestNetwork? _network;

    internal TestNetwork Network => _network!;

    public async Task InitializeAsync() => _network = await TestNetwork.StartAsync("ethereum");

    public async Task DisposeAsync()
    {
        if (_network is not null) await _network.DisposeAsync();
    }
}

[CollectionDefinition(OverloadNetwork.Collection, DisableParallelization = true)]
public sealed class OverloadNetworkTests : ICollectionFixture<OverloadNetwork>;
