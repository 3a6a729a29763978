using Coco.Boundary;

namespace Coco.Enclave.Tests.Boundary;

/// <summary>What a host writes into a node's configuration is checked before anything starts.</summary>
public sealed class NodeConfigurationTests
{
    [Theory]
    [InlineData("10.0.0.2")]
    [InlineData("manager:8549")]
    [InlineData("10.0.0.2:99999")]
    [InlineData("")]
    public void A_boundary_address_that_is_none_is_refused_with_what_it_should_be(string address)
    {
        string file = Path.GetTempFileName();
        try
        {
            Of(address).Write(file);
            InvalidDataException refused = Assert.Throws<InvalidDataException>(() => NodeConfiguration.Read(file));
            Assert.Contains("boundaryAddress is an IP address and a port", refused.Message, StringComparison.Ordinal);
            Of("[::1]:8549").Write(file);
            Assert.Equal("[::1]:8549", NodeConfiguration.Read(file).BoundaryAddress);
        }
        finally
        {
            File.Delete(file);
        }
    }

    private static NodeConfiguration Of(string boundaryAddress) => new()
    {
        NodeName = "node1",
        Organisation = "alder",
        DataDirectory = "/nowhere",
        PeerAddress = "127.0.0.1:1",
        AdminAddress = "127.0.0.1:2",
        ClientAddress = "127.0.0.1:3",
        BoundarySocketPath = "/nowhere/b",
        BoundaryAddress = boundaryAddress,
        Mode = NodeMode.Join,
    };
}
