using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;

namespace Coco.Chaos;

/// <summary>
/// Names and addresses of one run's namespaces. The names come from the port base, of which a machine has one run at a time; the addresses
/// are a block of 256 out of 198.18.0.0/15, which RFC 2544 sets aside for tests of networks: nobody is reached there.
/// </summary>
internal sealed partial class NamespacePlan(int portBase, int block)
{
    private const int Blocks = 512;
    private const int AddressesPerLink = 4;
    private static readonly uint First = ToNumber(IPAddress.Parse("198.18.0.0"));

    public string Prefix => $"coco{portBase.ToString(CultureInfo.InvariantCulture)}-";

    /// <summary>Through which all packets pass.</summary>
    public string Router => Prefix + "router";

    /// <summary>The host's end of its link to the router.</summary>
    public string HostLink => $"coco{portBase.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>The device whose packets arrive late; it is made in the host's namespace and moved into the router's.</summary>
    public string DelayDevice => HostLink + "d";

    public string Network => $"{At(0)}/24";
    public string HostAddress => At(1);
    public string RouterAddress => At(2);

    public string NamespaceOf(int node) => $"{Prefix}{(node + 1).ToString(CultureInfo.InvariantCulture)}";

    /// <summary>The router's end of a node's link.</summary>
    public static string LinkOf(int node) => $"node{(node + 1).ToString(CultureInfo.InvariantCulture)}";

    public string AddressOf(int node) => At((AddressesPerLink * (node + 1)) + 1);
    public string GatewayOf(int node) => At((AddressesPerLink * (node + 1)) + 2);

    /// <summary>The first block from the port base's own on that overlaps with nothing that this machine has a route to; null: all do.</summary>
    /// <param name="routes">As <c>ip -4 route show table all</c> prints them.</param>
    public static NamespacePlan? Choose(int portBase, string routes)
    {
        (uint From, uint To)[] taken = [.. Prefixes().Matches(routes).Select(RangeOf)];
        for (int i = 0; i < Blocks; i++)
        {
            int block = ((portBase / 10) + i) % Blocks;
            uint from = First + ((uint)block << 8);
            if (!Array.Exists(taken, range => range.From <= from + 255 && from <= range.To)) return new NamespacePlan(portBase, block);
        }
        return null;
    }

    private string At(int offset) => new IPAddress(BitConverter.GetBytes(IPAddress.HostToNetworkOrder((int)(First + ((uint)block << 8) + (uint)offset)))).ToString();

    private static (uint From, uint To) RangeOf(Match match)
    {
        int bits = match.Groups[2].Success ? int.Parse(match.Groups[2].ValueSpan, CultureInfo.InvariantCulture) : 32;
        uint size = (uint)((1UL << (32 - bits)) - 1);
        uint from = ToNumber(IPAddress.Parse(match.Groups[1].ValueSpan)) & ~size;
        return (from, from | size);
    }

    private static uint ToNumber(IPAddress address) => (uint)IPAddress.NetworkToHostOrder(BitConverter.ToInt32(address.GetAddressBytes()));

    [GeneratedRegex(@"(?<![\w.])(\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})(?:/(\d{1,2}))?(?![\w.])")]
    private static partial Regex Prefixes();
}
