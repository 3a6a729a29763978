using System.Buffers.Binary;
using System.Security.Cryptography;

namespace Coco.Tee;

/// <summary>What a Windows machine's measured boot says of its secure kernel: the SIPA events of PCR 12 (Windows SDK, wbcl.h).</summary>
public sealed class WindowsBoot
{
    private const int SettingsPcr = 12;
    private const uint AggregateFlag = 0x4000_0000;
    private const uint BootDebugging = 0x0004_0001;
    private const uint KernelDebug = 0x0005_0001;
    private const uint CodeIntegrity = 0x0005_0002;
    private const uint TestSigning = 0x0005_0003;
    private const uint HypervisorDebug = 0x0005_000D;
    private const uint VsmLaunchType = 0x0005_0012;
    private const uint VsmSigningKey = 0x0005_0023;
    private const int KeyHeaderSize = 16;
    private const uint RsaAlgorithm = 1;

    private byte[]? _signingKey;
    private bool _isAmbiguous;

    private WindowsBoot()
    {
    }

    public bool IsVsmOn { get; private set; }

    /// <summary>The name of the first setting that lets somebody into the machine or its kernel; null if there is none.</summary>
    public string? OpenDoor { get; private set; }

    /// <summary>Reads the events of PCR 12 up to its separator: after it the running system could add any event.</summary>
    public static EvidenceRefusal? TryRead(BootLog log, out WindowsBoot? boot)
    {
        boot = null;
        var read = new WindowsBoot();
        bool isClosed = false;
        foreach (BootEvent known in log.Events)
        {
            if (known.Pcr != SettingsPcr) continue;
            if (known.Type == BootLog.Separator) isClosed = true;
            if (known.Type is BootLog.Separator or BootLog.NoAction) continue;
            // No digest covers an event's type: another one would hide the settings in it.
            if (known.Type != BootLog.Tag) return new EvidenceRefusal(EvidenceCheck.LogDigest, $"PCR 12 has an event of the type 0x{known.Type:x}, which Windows does not measure there");
            if (isClosed) return new EvidenceRefusal(EvidenceCheck.LogReplay, "PCR 12 has events after its separator, which the running system may have made");
            if (!read.ReadAll(known.Data.Span, 0)) return new EvidenceRefusal(EvidenceCheck.Format, "an event of Windows' boot cannot be read");
        }
        boot = read;
        return null;
    }

    /// <summary>The key that signs VBS reports; null if there is none, or more than one.</summary>
    public RSA? SigningKey()
    {
        if (_signingKey is not { } info || _isAmbiguous || info.Length < KeyHeaderSize) return null;
        uint exponentSize = Word(info, 8);
        uint modulusSize = Word(info, 12);
        if (Word(info, 0) != RsaAlgorithm || Word(info, 4) != modulusSize * 8 || exponentSize > 8 || modulusSize > 512
            || info.Length != KeyHeaderSize + exponentSize + modulusSize)
        {
            return null;
        }
        ReadOnlySpan<byte> numbers = info.AsSpan(KeyHeaderSize);
        return RsaKeys.TryCreate(numbers[(int)exponentSize..], numbers[..(int)exponentSize], out RSA? key) ? key : null;
    }

    private bool ReadAll(ReadOnlySpan<byte> events, int depth)
    {
        if (depth > Limits.MaxBootEventDepth) return false;
        while (!events.IsEmpty)
        {
            if (events.Length < 8 || Word(events, 4) > (uint)(events.Length - 8)) return false;
            uint type = Word(events, 0);
            ReadOnlySpan<byte> data = events.Slice(8, (int)Word(events, 4));
            events = events[(8 + data.Length)..];
            if ((type & AggregateFlag) == 0) Read(type, data);
            else if (!ReadAll(data, depth + 1)) return false;
        }
        return true;
    }

    private void Read(uint type, ReadOnlySpan<byte> data)
    {
        bool isOn = data.ContainsAnyExcept((byte)0);
        switch (type)
        {
            case VsmLaunchType: IsVsmOn = isOn; break;
            case BootDebugging when isOn: OpenDoor ??= "boot debugging"; break;
            case KernelDebug when isOn: OpenDoor ??= "kernel debugging"; break;
            case HypervisorDebug when isOn: OpenDoor ??= "hypervisor debugging"; break;
            case TestSigning when isOn: OpenDoor ??= "test signing"; break;
            case CodeIntegrity when !isOn: OpenDoor ??= "code integrity off"; break;
            case VsmSigningKey:
                _isAmbiguous |= _signingKey is not null && !data.SequenceEqual(_signingKey);
                _signingKey = data.ToArray();
                break;
        }
    }

    private static uint Word(ReadOnlySpan<byte> bytes, int offset) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[offset..]);
}
