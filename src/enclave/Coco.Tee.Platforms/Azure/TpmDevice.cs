namespace Coco.Tee.Platforms;

/// <summary>A TPM as commands and answers, so that tests can stand in for one.</summary>
public interface ITpmDevice
{
    bool IsThere { get; }

    byte[] Transceive(ReadOnlySpan<byte> command);
}

/// <summary>The kernel's TPM with its resource manager: one write, one read.</summary>
public sealed class LinuxTpmDevice(string device = "/dev/tpmrm0") : ITpmDevice
{
    private const int MaxAnswer = 4096;

    public bool IsThere => OperatingSystem.IsLinux() && File.Exists(device);

    public byte[] Transceive(ReadOnlySpan<byte> command)
    {
        try
        {
            using var file = new FileStream(device, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0);
            file.Write(command);
            var answer = new byte[MaxAnswer];
            return answer[..file.Read(answer)];
        }
        catch (Exception problem) when (problem is IOException or UnauthorizedAccessException)
        {
            throw new PlatformUnavailableException($"The TPM {device} failed: {problem.Message}");
        }
    }
}
