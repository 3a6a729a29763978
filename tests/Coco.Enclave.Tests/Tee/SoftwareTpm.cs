using System.Buffers.Binary;
using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Cryptography;
using Coco.Tee.Platforms;

namespace Coco.Enclave.Tests.Tee;

/// <summary>A test that needs the TPM emulator swtpm (Debian: apt-get install swtpm).</summary>
public sealed class SoftwareTpmFactAttribute : FactAttribute
{
    public SoftwareTpmFactAttribute() => Skip = SoftwareTpm.Program is null ? "swtpm is not installed." : null;
}

/// <summary>
/// A TPM 2.0 that others wrote (libtpms), with what Azure's vTPM has: an attestation key and an NV index, both made by commands of the
/// TPM 2.0 Library, part 3.
/// </summary>
internal sealed class SoftwareTpm : ITpmDevice, IDisposable
{
    private const uint Owner = 0x4000_0001;
    private const uint AttestationKey = 0x8100_0003;
    private const int ModulusSize = 256;
    private const int NvPiece = 512;

    private static readonly byte[] Password = [0, 0, 0, 9, 0x40, 0, 0, 9, 0, 0, 0, 0, 0];

    private readonly Process _process;
    private readonly NetworkStream _stream;

    private SoftwareTpm(Process process, NetworkStream stream) => (_process, _stream) = (process, stream);

    public static string? Program { get; } = ((string[])["/usr/bin/swtpm", "/usr/local/bin/swtpm"]).FirstOrDefault(File.Exists);

    public bool IsThere => true;

    /// <param name="folder">For its state; the path of a socket has at most 107 bytes.</param>
    public static async Task<SoftwareTpm> StartAsync(string folder)
    {
        string path = Path.Combine(Directory.CreateDirectory(folder).FullName, "tpm");
        Process process = Process.Start(Program!, ["socket", "--tpm2", "--tpmstate", $"dir={folder}", "--server", $"type=unixio,path={path}", "--flags", "not-need-init,startup-clear"]);
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        for (long end = Environment.TickCount64 + 30_000; ; await Task.Delay(5))
        {
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path));
                return new SoftwareTpm(process, new NetworkStream(socket, ownsSocket: true));
            }
            catch (SocketException) when (Environment.TickCount64 < end && !process.HasExited)
            {
                // It does not listen yet.
            }
        }
    }

    public byte[] Transceive(ReadOnlySpan<byte> command)
    {
        _stream.Write(command);
        var head = new byte[10];
        _stream.ReadExactly(head);
        var answer = new byte[BinaryPrimitives.ReadUInt32BigEndian(head.AsSpan(2))];
        head.CopyTo(answer, 0);
        _stream.ReadExactly(answer.AsSpan(head.Length));
        return answer;
    }

    /// <summary>Makes a restricted signing key (RSA 2048, RSASSA with SHA-256) and keeps it under Azure's handle; gives its public half.</summary>
    public RSA MakeAttestationKey()
    {
        // fixedTPM, fixedParent, sensitiveDataOrigin, userWithAuth, restricted, sign.
        byte[] template = [0, 1, 0, 0x0B, 0, 5, 0, 0x72, 0, 0, 0, 0x10, 0, 0x14, 0, 0x0B, 8, 0, 0, 0, 0, 0, 0, 0];
        byte[] made = Run(0x131, [.. Word(Owner), .. Password, 0, 4, 0, 0, 0, 0, 0, (byte)template.Length, .. template, 0, 0, 0, 0, 0, 0]);
        // The handle, the size of what follows, and the template with the modulus at its end.
        byte[] modulus = made[(4 + 4 + 2 + template.Length)..][..ModulusSize];
        Run(0x120, [.. Word(Owner), .. made[..4], .. Password, .. Word(AttestationKey)]);
        return RSA.Create(new RSAParameters { Modulus = modulus, Exponent = [1, 0, 1] });
    }

    public void WriteNv(uint index, byte[] content)
    {
        // The owner reads and writes it.
        byte[] area = [.. Word(index), 0, 0x0B, 0, 2, 0, 2, 0, 0, .. Short(content.Length)];
        Run(0x12A, [.. Word(Owner), .. Password, 0, 0, 0, (byte)area.Length, .. area]);
        for (int at = 0; at < content.Length; at += NvPiece)
        {
            byte[] piece = content[at..Math.Min(at + NvPiece, content.Length)];
            Run(0x137, [.. Word(Owner), .. Word(index), .. Password, .. Short(piece.Length), .. piece, .. Short(at)]);
        }
    }

    public void Extend(uint pcr, ReadOnlySpan<byte> text) =>
        Run(0x182, [.. Word(pcr), .. Password, 0, 0, 0, 1, 0, 0x0B, .. SHA256.HashData(text)]);

    public void Dispose()
    {
        _stream.Dispose();
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private byte[] Run(uint command, byte[] body)
    {
        byte[] answer = Transceive([0x80, 2, .. Word((uint)(10 + body.Length)), .. Word(command), .. body]);
        Assert.Equal(0u, BinaryPrimitives.ReadUInt32BigEndian(answer.AsSpan(6)));
        return answer[10..];
    }

    private static byte[] Word(uint value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];

    private static byte[] Short(int value) => [(byte)(value >> 8), (byte)value];
}
