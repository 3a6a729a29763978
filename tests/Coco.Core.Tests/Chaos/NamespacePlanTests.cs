using Coco.Chaos;

namespace Coco.Core.Tests.Chaos;

/// <summary>Names and addresses of a run's namespaces.</summary>
public sealed class NamespacePlanTests
{
    [Fact]
    public void Runs_of_other_port_bases_have_other_names_and_addresses()
    {
        NamespacePlan one = NamespacePlan.Choose(8540, "")!;
        NamespacePlan other = NamespacePlan.Choose(8570, "")!;
        Assert.NotEqual(one.Network, other.Network);
        Assert.NotEqual(one.Prefix, other.Prefix);
        Assert.NotEqual(one.HostLink, other.HostLink);
    }

    [Theory]
    [InlineData("local 198.18.176.1 dev x table local")]
    [InlineData("198.18.176.0/24 via 10.0.0.1 dev x")]
    [InlineData("blackhole 198.18.160.0/19")]
    public void A_block_that_something_routes_to_is_left_alone(string route)
    {
        NamespacePlan free = NamespacePlan.Choose(26_880, "default via 192.0.2.1 dev eth0\n")!;
        Assert.Equal("198.18.128.0/24", free.Network);
        NamespacePlan taken = NamespacePlan.Choose(26_880 + 480, route)!;
        Assert.NotEqual("198.18.176.0/24", taken.Network);
        Assert.DoesNotContain(taken.AddressOf(0), route, StringComparison.Ordinal);
    }

    [Fact]
    public void Where_the_whole_range_is_routed_to_there_is_no_plan() =>
        Assert.Null(NamespacePlan.Choose(8540, "198.18.0.0/15 dev tunnel"));

    [Fact]
    public void Links_have_addresses_of_their_own_within_the_block()
    {
        NamespacePlan plan = NamespacePlan.Choose(0, "")!;
        Assert.Equal(("198.18.0.0/24", "198.18.0.1", "198.18.0.2"), (plan.Network, plan.HostAddress, plan.RouterAddress));
        Assert.Equal(("198.18.0.5", "198.18.0.6", "198.18.0.9"), (plan.AddressOf(0), plan.GatewayOf(0), plan.AddressOf(1)));
        Assert.Equal("198.18.0.129", plan.AddressOf(31));
    }
}
