using Coco.Chaos;

namespace Coco.Core.Tests.Chaos;

/// <summary>A test that makes network namespaces: root alone may.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NamespaceFactAttribute : FactAttribute
{
    public NamespaceFactAttribute() =>
        Skip = !OperatingSystem.IsWindows() && NamespaceLinks.IsPossible ? null : "needs root, ip, nsenter and /dev/net/tun, to make network namespaces";
}
