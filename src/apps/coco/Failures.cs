using Coco.Bench;
using Coco.Client;
using Coco.Conformance;
using Coco.Crypto;
using Coco.Supervisor;

namespace Coco.Apps.Cli;

/// <summary>Turns the expected failures of the libraries into one sentence and an exit code; what is unexpected keeps its trace.</summary>
internal static class Failures
{
    public static async Task<int> CatchAsync(Func<Task<int>> command)
    {
        try
        {
            return await command();
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Interrupted;
        }
        catch (Exception expected) when (CodeOf(expected) is not null)
        {
            Console.Error.WriteLine(expected.Message);
            return CodeOf(expected)!.Value;
        }
    }

    private static int? CodeOf(Exception failure) => failure switch
    {
        BenchFailureException bench => bench.Kind switch
        {
            BenchFailureKind.Usage => ExitCode.Usage,
            BenchFailureKind.Missing => ExitCode.Missing,
            _ => ExitCode.No,
        },
        SupervisorException supervisor => supervisor.IsMissing ? ExitCode.Missing : ExitCode.No,
        UnknownFormatException or UnknownEvidenceException => ExitCode.Usage,
        NativeLibraryMissingException or FileNotFoundException or DirectoryNotFoundException => ExitCode.Missing,
        InvalidDataException or IOException or UnauthorizedAccessException => ExitCode.No,
        _ => null,
    };
}
