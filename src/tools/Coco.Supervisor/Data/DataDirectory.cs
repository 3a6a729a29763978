using System.Security.Cryptography;
using System.Text;
using Coco.Boundary;

namespace Coco.Supervisor;

/// <summary>
/// Where a network's host keeps its files: <c>network.json</c>, <c>accounts.json</c>, <c>constitution.json</c>,
/// <c>members/ORGANISATION/</c> and <c>NODE/</c>, the latter with <c>config.json</c>, <c>manager/</c>, <c>worker/</c> and the logs.
/// </summary>
public sealed class DataDirectory(string path)
{
    public string Path { get; } = System.IO.Path.GetFullPath(path);

    public string NetworkFile => In("network.json");
    public string AccountsFile => In("accounts.json");
    public string ConstitutionFile => In("constitution.json");
    public string GenesisFile => In("genesis.json");
    public string PidFile => In("supervisor.pid");
    public string SupervisorLog => In("supervisor.log");
    public string ControlSocket => SocketPath("control.sock");

    public bool HasNetwork => File.Exists(NetworkFile);

    public string NodeFolder(string node) => In(node);
    public string ConfigurationFile(string node) => System.IO.Path.Combine(In(node), NodeConfiguration.FileName);
    /// <summary>The key by which the operator of a node vouches for its starts.</summary>
    public string OperatorKeyFile(string organisation, string node) => System.IO.Path.Combine(In("members"), organisation, $"operator-{node}.pem");

    public string MemberKeyFile(string organisation) => System.IO.Path.Combine(In("members"), organisation, "key.pem");
    public string MemberCertificateFile(string organisation) => System.IO.Path.Combine(In("members"), organisation, "certificate.pem");

    /// <summary>The log of a node's <c>manager</c> or <c>worker</c>.</summary>
    public string LogFile(string node, string process) => System.IO.Path.Combine(In(node), process + ".log");

    /// <summary>Marks a node that its operator stopped for good.</summary>
    public string StoppedMark(string node) => System.IO.Path.Combine(In(node), "stopped");

    /// <summary>Where the two processes of a node meet; the folder belongs to the worker's user.</summary>
    public string BoundaryFolder(string node) => System.IO.Path.Combine(In(node), "boundary");

    public string BoundarySocket(string node) => SocketPath(System.IO.Path.Combine(node, "boundary", "socket"));

    private string In(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Sockets have short names: in a deep folder they stand in the system's temporary one, named by a digest.</summary>
    private string SocketPath(string name)
    {
        string here = In(name);
        if (Encoding.UTF8.GetByteCount(here) <= Limits.MaxSocketPath) return here;
        string digest = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(here)).AsSpan(0, 10));
        return System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"coco-{digest}.sock");
    }
}
