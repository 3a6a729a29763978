namespace Coco.Tee.Platforms;

/// <summary>The hardware, its driver or a file of it is not there, or does not answer as documented. One sentence.</summary>
public sealed class PlatformUnavailableException(string message) : IOException(message);
