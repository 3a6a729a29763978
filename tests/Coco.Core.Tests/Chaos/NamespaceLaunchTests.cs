using System.Runtime.Versioning;
using Coco.Supervisor;

namespace Coco.Core.Tests.Chaos;

/// <summary>How the supervisor starts a process in a network namespace.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class NamespaceLaunchTests
{
    private static readonly ProcessPlan Plan = new("node1/worker", "/opt/coco-worker", ["--config", "node1.json"], "/var/worker.log", "/");

    [Fact]
    public void The_namespace_is_entered_before_the_user_changes_who_may_not_enter_it()
    {
        string line = string.Join(' ', Launch.Prepare(Plan with { Uid = 61_184, NetworkNamespace = "coco26000-1" }).ArgumentList);
        Assert.Matches("exec .* /usr/bin/nsenter --net=/run/netns/coco26000-1 -- /usr/bin/setpriv .* -- /opt/coco-worker --config node1.json$", line);
    }

    [Fact]
    public void Without_one_nothing_is_entered() =>
        Assert.DoesNotContain("nsenter", string.Join(' ', Launch.Prepare(Plan).ArgumentList), StringComparison.Ordinal);
}
