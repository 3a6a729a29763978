namespace Coco.Acceptance.Network;

/// <summary>A test that runs programs as other users: root alone may.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class RootFactAttribute : FactAttribute
{
    public RootFactAttribute() =>
        Skip = OperatingSystem.IsLinux() && Environment.UserName == "root" && File.Exists("/usr/bin/setpriv") ? null : "needs root and setpriv, to run a program as the worker's user";
}
