using System.Diagnostics.CodeAnalysis;

namespace Coco.Primitives;

/// <summary>A rule that always holds was broken: a bug, or memory that lies. The enclave stops; nobody catches and continues.</summary>
public sealed class InvariantException(string message) : Exception(message);

public static class Invariant
{
    /// <summary>Always checked, also in release builds.</summary>
    public static void Holds([DoesNotReturnIf(false)] bool condition, string rule)
    {
        if (!condition) Fail(rule);
    }

    [DoesNotReturn]
    public static void Fail(string rule) => throw new InvariantException(rule);
}
