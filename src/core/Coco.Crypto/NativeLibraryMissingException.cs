namespace Coco.Crypto;

/// <summary>A native library that this program needs is not on this machine.</summary>
public sealed class NativeLibraryMissingException(string library, string remedy, Exception inner)
    : Exception($"The native library {library} could not be loaded. {remedy}", inner);
