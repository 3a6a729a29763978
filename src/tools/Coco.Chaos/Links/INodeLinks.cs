using Coco.Boundary;

namespace Coco.Chaos;

/// <summary>What lies between the nodes of a network, and can be broken. Law: after <see cref="Heal"/> everything passes at once again.</summary>
internal interface INodeLinks : IDisposable
{
    /// <summary>How partitions come about: <c>namespaces</c> or <c>proxies</c>.</summary>
    string Means { get; }

    /// <summary>Builds the links, and says how each node is to be configured so that it uses them.</summary>
    IReadOnlyList<NodeConfiguration> Build(IReadOnlyList<NodeConfiguration> nodes);

    /// <summary>The network namespace of each node; null where there are none.</summary>
    IReadOnlyDictionary<string, string>? Namespaces { get; }

    /// <summary>Nothing passes from one node to the other any more; neither end sees a connection close.</summary>
    void Cut(string from, string to);

    /// <summary>Nothing passes between one node and anybody else, its clients too where the means allow it.</summary>
    void Unplug(string node);

    /// <summary>Everything between one node and the others arrives late.</summary>
    void Delay(string node, int milliseconds);

    void Heal();
}
