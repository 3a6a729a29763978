namespace Coco.Acceptance.Network;

/// <summary>One network of three VNs with this ledger, for all tests of a collection.</summary>
public abstract class SharedNetwork(string ledger) : IAsyncLifetime
{
    private TestNetwork? _network;

    internal TestNetwork Network => _network!;

    public async Task InitializeAsync() => _network = await TestNetwork.StartAsync(ledger);

    public async Task DisposeAsync()
    {
        if (_network is not null) await _network.DisposeAsync();
    }
}
