using Coco.Manager;
using Coco.Tee.Platforms;

namespace Coco.Apps.Manager;

/// <summary>The software platform's sealing behind the manager's interface.</summary>
internal sealed class Sealing(SoftwareSealing software) : ISealing
{
    public byte[] Seal(string use, ReadOnlySpan<byte> content) => software.Seal(use, content);

    public bool TryUnseal(string use, ReadOnlySpan<byte> content, out byte[]? opened) => software.TryUnseal(use, content, out opened);
}
