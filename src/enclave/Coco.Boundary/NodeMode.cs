using System.Text.Json.Serialization;

namespace Coco.Boundary;

/// <summary>What a manager does with the data directory that it is started on.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<NodeMode>))]
public enum NodeMode
{
    /// <summary>Start a new network with this node as its only one (NET-2).</summary>
    [JsonStringEnumMemberName("create")] Create,

    /// <summary>Ask a running network to be let in (NET-3).</summary>
    [JsonStringEnumMemberName("join")] Join,

    /// <summary>Continue in the network that the data directory belongs to.</summary>
    [JsonStringEnumMemberName("resume")] Resume,
}
