using Coco.Acceptance.Network;

namespace Coco.Acceptance.KeyValue;

/// <summary>The key-value network for all tests that leave it whole.</summary>
public sealed class KeyValueNetwork() : SharedNetwork("keyvalue")
{
    public const string Collection = "key-value network";
}

[CollectionDefinition(KeyValueNetwork.Collection, DisableParallelization = true)]
public sealed class KeyValueNetworkTests : ICollectionFixture<KeyValueNetwork>;
