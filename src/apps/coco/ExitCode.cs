namespace Coco.Apps.Cli;

/// <summary>The exit codes of every command.</summary>
internal static class ExitCode
{
    /// <summary>Done, or it holds.</summary>
    public const int Done = 0;

    /// <summary>It ran, and the answer is no.</summary>
    public const int No = 1;

    public const int Usage = 2;

    /// <summary>Something needed is missing.</summary>
    public const int Missing = 3;

    public const int Interrupted = 130;
}
