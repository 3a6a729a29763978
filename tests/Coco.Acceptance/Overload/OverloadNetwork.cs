using Coco.Acceptance.Network;

namespace Coco.Acceptance.Overload;

/// <summary>The Ethereum network for the tests of what clients may take of it.</summary>
public sealed class OverloadNetwork() : SharedNetwork("ethereum")
{
    public const string Collection = "overloaded network";
}

[CollectionDefinition(OverloadNetwork.Collection, DisableParallelization = true)]
public sealed class OverloadNetworkTests : ICollectionFixture<OverloadNetwork>;
