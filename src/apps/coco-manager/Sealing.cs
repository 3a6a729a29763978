using Coco.Manager;
using Coco.Tee.Platforms;

namespace Coco.Apps.Manager;

/// <summary>The platform's sealing behind the manager's interface.</summary>
internal sealed class Sealing(PlatformSealing platform) : ISealing
{
    public byte[] Seal(string use, ReadOnlySpan<byte> content) => platform.Seal(use, content);

    public bool TryUnseal(string use, ReadOnlySpan<byte> content, out byte[]? opened) => platform.TryUnseal(use, content, out opened);
}
