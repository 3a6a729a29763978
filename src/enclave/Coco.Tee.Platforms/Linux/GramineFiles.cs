using System.Security.Cryptography;
using Coco.Crypto;

namespace Coco.Tee.Platforms;

/// <summary>
/// SGX quotes by the attestation files of the Gramine library OS: 64 bytes into user_report_data, then quote is about them. The
/// files are the process's own, so that requests are made one at a time.
/// </summary>
/// <param name="root">/dev/attestation, or a stand-in of it.</param>
/// <param name="written">Told of each write: a stand-in's library OS acts here.</param>
public sealed class GramineFiles(string root, Action? written = null)
{
    public const string SystemFolder = "/dev/attestation";

    private const int SgxKeySize = 16;

    private readonly Lock _gate = new();

    public bool IsThere => File.Exists(Path.Combine(root, "user_report_data"));

    /// <summary>Throws <see cref="PlatformUnavailableException"/>.</summary>
    public byte[] GetQuote(ReadOnlySpan<byte> reportData)
    {
        Coco.Primitives.Invariant.Holds(reportData.Length == 64, "report data is 64 bytes");
        byte[] input = reportData.ToArray();
        lock (_gate)
        {
            try
            {
                string type = Path.Combine(root, "attestation_type");
                if (File.Exists(type) && File.ReadAllText(type).Trim() is var kind && kind != "dcap")
                    throw new PlatformUnavailableException($"Gramine attests by '{kind}', not by dcap: set sgx.remote_attestation = \"dcap\" in the manifest.");
                using (var file = new FileStream(Path.Combine(root, "user_report_data"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0)) file.Write(input);
                written?.Invoke();
                return File.ReadAllBytes(Path.Combine(root, "quote"));
            }
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException && problem is not PlatformUnavailableException)
            {
                throw new PlatformUnavailableException($"Gramine's attestation files in {root} failed: {problem.Message}");
            }
        }
    }

    /// <summary>The processor's sealing key for this measurement (EGETKEY with MRENCLAVE), made as long as ours are; null where the manifest gives none.</summary>
    public SecretKey? TryReadSealingKey()
    {
        string file = Path.Combine(root, "keys", "_sgx_mrenclave");
        if (!File.Exists(file)) return null;
        byte[] key = File.ReadAllBytes(file);
        Span<byte> derived = stackalloc byte[SecretKey.Size];
        Hkdf.Derive(key, default, "coco-sgx-seal"u8, derived);
        SecretKey? sealing = key.Length == SgxKeySize ? new SecretKey(derived) : null;
        CryptographicOperations.ZeroMemory(key);
        CryptographicOperations.ZeroMemory(derived);
        return sealing;
    }
}
