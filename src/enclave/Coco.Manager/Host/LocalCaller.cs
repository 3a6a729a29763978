using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Coco.Manager.Host;

/// <summary>
/// Which user of this machine is at the other end of a local connection, as Linux tells it. On a platform that protects nothing
/// users are what keeps a worker that was taken over apart from its manager (NET-1).
/// </summary>
internal static partial class LocalCaller
{
    private const int SocketLevel = 1;
    private const int PeerCredentials = 17;
    private const int CurrentFolder = -100;
    private const uint BasicFields = 0x7FF;
    private const int StatxSize = 256;
    private const int StatxUser = 20;
    private const int UserColumn = 7;

    /// <summary>Of the process that connected to a Unix domain socket; null where the system does not say.</summary>
    public static uint? UserOf(Socket socket)
    {
        if (!OperatingSystem.IsLinux()) return null;
        Span<byte> credentials = stackalloc byte[12];
        return socket.GetRawSocketOption(SocketLevel, PeerCredentials, credentials) == credentials.Length
            ? BinaryPrimitives.ReadUInt32LittleEndian(credentials[4..]) : null;
    }

    /// <summary>
    /// The folder of the program that connected to a Unix domain socket; null where the system does not say. It names which program a
    /// host started, and keeps out no program of the same user that means harm: that one can start the right one in its place.
    /// </summary>
    public static string? ProgramFolderOf(Socket socket)
    {
        if (!OperatingSystem.IsLinux()) return null;
        Span<byte> credentials = stackalloc byte[12];
        socket.GetRawSocketOption(SocketLevel, PeerCredentials, credentials);
        return Path.GetDirectoryName(new FileInfo($"/proc/{BinaryPrimitives.ReadInt32LittleEndian(credentials)}/exe").LinkTarget);
    }

    /// <summary>Of the process that holds the other end of a TCP connection within this machine; null where the system does not say.</summary>
    public static uint? UserOf(IPEndPoint caller, IPEndPoint own)
    {
        if (!OperatingSystem.IsLinux()) return null;
        foreach (string table in (string[])["/proc/self/net/tcp", "/proc/self/net/tcp6"])
        {
            if (!File.Exists(table)) continue;
            foreach (string line in File.ReadLines(table).Skip(1))
            {
                string[] columns = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (columns.Length > UserColumn && IsAt(columns[1], caller) && IsAt(columns[2], own)
                    && uint.TryParse(columns[UserColumn], CultureInfo.InvariantCulture, out uint user)) return user;
            }
        }
        return null;
    }

    /// <summary>Null where there is no such file, or the system does not say.</summary>
    public static unsafe uint? OwnerOf(string path)
    {
        if (!OperatingSystem.IsLinux()) return null;
        byte* fields = stackalloc byte[StatxSize];
        return Statx(CurrentFolder, path, 0, BasicFields, fields) == 0 ? BinaryPrimitives.ReadUInt32LittleEndian(new ReadOnlySpan<byte>(fields + StatxUser, sizeof(uint))) : null;
    }

    /// <summary>Of this process; 0 where there is none.</summary>
    public static uint Own() => OperatingSystem.IsWindows() ? 0 : GetEffectiveUser();

    /// <summary>An address as the kernel prints it: words of four bytes as this machine's numbers, then the port.</summary>
    private static bool IsAt(string text, IPEndPoint endpoint)
    {
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0 || !int.TryParse(text.AsSpan(colon + 1), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out int port) || port != endpoint.Port) return false;
        byte[] bytes = Convert.FromHexString(text.AsSpan(0, colon));
        for (int i = 0; i + sizeof(uint) <= bytes.Length; i += sizeof(uint)) bytes.AsSpan(i, sizeof(uint)).Reverse();
        return new IPAddress(bytes).MapToIPv6().Equals(endpoint.Address.MapToIPv6());
    }

    [LibraryImport("libc", EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static unsafe partial int Statx(int folder, string path, int flags, uint mask, byte* fields);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUser();
}
