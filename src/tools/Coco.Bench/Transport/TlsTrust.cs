using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

#pragma warning disable CA5359 // accepting any certificate: the operator asks for it by --insecure, for a target that is not ours

namespace Coco.Bench;

/// <summary>Whose certificates a connection accepts.</summary>
public sealed class TlsTrust
{
    private readonly X509ChainPolicy? _policy;
    private readonly bool _acceptsAll;

    private TlsTrust(X509ChainPolicy? policy, bool acceptsAll)
    {
        _policy = policy;
        _acceptsAll = acceptsAll;
    }

    /// <summary>What the operating system trusts.</summary>
    public static TlsTrust System { get; } = new(null, acceptsAll: false);

    /// <summary>Anything at all.</summary>
    public static TlsTrust None { get; } = new(null, acceptsAll: true);

    /// <summary>Only what these certificate authorities issued.</summary>
    public static TlsTrust Authorities(IEnumerable<string> caFiles)
    {
        X509ChainPolicy policy = new()
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        foreach (string file in caFiles) Import(policy.CustomTrustStore, file);
        return new TlsTrust(policy, acceptsAll: false);
    }

    public SslClientAuthenticationOptions OptionsFor(string host) => new()
    {
        TargetHost = host,
        CertificateChainPolicy = _policy?.Clone(),
        RemoteCertificateValidationCallback = _acceptsAll ? AcceptAny : null,
    };

    /// <summary>The same decision for clients that hand the certificate over for judgement.</summary>
    public RemoteCertificateValidationCallback? Callback => _acceptsAll ? AcceptAny : _policy is null ? null : Judge;

    /// <summary>What --insecure asks for.</summary>
    private static bool AcceptAny(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) => true;

    private bool Judge(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is not X509Certificate2 presented || errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch)) return false;
        using X509Chain built = new() { ChainPolicy = _policy!.Clone() };
        return built.Build(presented);
    }

    private static void Import(X509Certificate2Collection store, string file)
    {
        try
        {
            store.ImportFromPemFile(file);
        }
        catch (Exception wrong) when (wrong is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new BenchFailureException(BenchFailureKind.Missing, $"The CA file {file} cannot be read: {wrong.Message}");
        }
    }
}
