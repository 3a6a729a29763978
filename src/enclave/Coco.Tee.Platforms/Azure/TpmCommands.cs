using System.Buffers.Binary;

namespace Coco.Tee.Platforms;

/// <summary>The few TPM commands that attestation needs (TPM 2.0 Library, part 3), with empty passwords as Azure's vTPM has them.</summary>
public sealed class TpmCommands(ITpmDevice device)
{
    private const ushort NoSessions = 0x8001;
    private const ushort Sessions = 0x8002;
    private const uint NvReadPublic = 0x169;
    private const uint NvRead = 0x14E;
    private const uint Quote = 0x158;
    private const uint PcrRead = 0x17E;

    /// <summary>TPM_RC_RETRY and TPM_RC_TESTING: the command was not begun, as when a key's algorithm is used first and tests itself.</summary>
    private const uint NotYet = 0x922, Testing = 0x90A;
    private const int LongestWaitMs = 1_000;
    private const uint Owner = 0x4000_0001;
    private const int HeaderSize = 10;
    private const int MaxNvChunk = 512;
    private const int MaxNvSize = 8192;
    private const ushort Sha256 = 0x000B;
    private const int PcrCount = 24;
    private const int DigestSize = 32;

    /// <summary>The whole content of an NV index.</summary>
    public byte[] ReadNv(uint index)
    {
        int size = ReadNvSize(index);
        var content = new List<byte>();
        while (content.Count < size)
        {
            int chunk = Math.Min(MaxNvChunk, size - content.Count);
            ReadOnlySpan<byte> answer = Run(Sessions, NvRead, [.. Word(Owner), .. Word(index), .. Password(), .. Short(chunk), .. Short(content.Count)]).AsSpan(4);
            int length = BinaryPrimitives.ReadUInt16BigEndian(answer);
            if (length != chunk || answer.Length < 2 + length) throw Malformed();
            content.AddRange(answer.Slice(2, length));
        }
        return [.. content];
    }

    /// <summary>TPMS_ATTEST and TPMT_SIGNATURE over all PCRs of the SHA-256 bank, by a persistent key.</summary>
    public (byte[] Message, byte[] Signature) QuotePcrs(uint keyHandle, ReadOnlySpan<byte> nonce)
    {
        // TPM_ALG_NULL: the key's own scheme.
        byte[] answer = Run(Sessions, Quote, [.. Word(keyHandle), .. Password(), .. Short(nonce.Length), .. nonce, .. Short(0x0010), .. Selection(0xFF, 0xFF, 0xFF)]);
        ReadOnlySpan<byte> parameters = answer.AsSpan(4, (int)BinaryPrimitives.ReadUInt32BigEndian(answer));
        int length = BinaryPrimitives.ReadUInt16BigEndian(parameters);
        return (parameters.Slice(2, length).ToArray(), parameters[(2 + length)..].ToArray());
    }

    /// <summary>All 24 values of the SHA-256 bank; a TPM gives at most eight at a time.</summary>
    public byte[] ReadPcrs()
    {
        var values = new byte[PcrCount * DigestSize];
        for (int i = 0; i < PcrCount / 8; i++)
        {
            var bits = new byte[3];
            bits[i] = 0xFF;
            ReadOnlySpan<byte> answer = Run(NoSessions, PcrRead, Selection(bits[0], bits[1], bits[2]));
            // Update counter, the selection back, the count of digests.
            answer = answer[(4 + 4 + 2 + 1 + 3)..];
            if (BinaryPrimitives.ReadUInt32BigEndian(answer) != 8) throw Malformed();
            answer = answer[4..];
            for (int pcr = 0; pcr < 8; pcr++, answer = answer[(2 + DigestSize)..])
            {
                if (BinaryPrimitives.ReadUInt16BigEndian(answer) != DigestSize) throw Malformed();
                answer.Slice(2, DigestSize).CopyTo(values.AsSpan((i * 8 + pcr) * DigestSize));
            }
        }
        return values;
    }

    private int ReadNvSize(uint index)
    {
        byte[] answer = Run(NoSessions, NvReadPublic, Word(index));
        // TPM2B_NV_PUBLIC: size, index, hash, attributes, policy, data size.
        int policy = BinaryPrimitives.ReadUInt16BigEndian(answer.AsSpan(2 + 4 + 2 + 4));
        int size = BinaryPrimitives.ReadUInt16BigEndian(answer.AsSpan(2 + 4 + 2 + 4 + 2 + policy));
        return size <= MaxNvSize ? size : throw Malformed();
    }

    /// <summary>The answer behind its header. Throws <see cref="PlatformUnavailableException"/> where the TPM refuses.</summary>
    private byte[] Run(ushort tag, uint command, ReadOnlySpan<byte> body)
    {
        byte[] bytes = [.. Short(tag), .. Word((uint)(HeaderSize + body.Length)), .. Word(command), .. body];
        for (int waitMs = 10; ; waitMs *= 2)
        {
            byte[] answer = device.Transceive(bytes);
            if (answer.Length < HeaderSize || BinaryPrimitives.ReadUInt32BigEndian(answer.AsSpan(2)) != answer.Length) throw Malformed();
            uint code = BinaryPrimitives.ReadUInt32BigEndian(answer.AsSpan(6));
            if (code == 0) return answer[HeaderSize..];
            if (code is not (NotYet or Testing) || waitMs > LongestWaitMs) throw new PlatformUnavailableException($"The TPM refused the command 0x{command:x}: 0x{code:x}.");
            Thread.Sleep(waitMs);
        }
    }

    /// <summary>An authorization area with one empty password (TPM_RS_PW).</summary>
    private static byte[] Password() => [.. Word(9), .. Word(0x4000_0009), 0, 0, 0, 0, 0];

    private static byte[] Selection(byte low, byte middle, byte high) => [.. Word(1), .. Short(Sha256), 3, low, middle, high];

    private static byte[] Word(uint value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];

    private static byte[] Short(int value) => [(byte)(value >> 8), (byte)value];

    private static PlatformUnavailableException Malformed() => new("The TPM gave an answer of another form than asked for.");
}
