using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Coco.Tee;

namespace Coco.Client;

/// <summary>Events of a boot in words (TCG PC Client Platform Firmware Profile, "Event Types").</summary>
internal static class BootEventText
{
    private const int MaxLength = 200;
    private const int TagHeaderSize = 8;
    private const int VariableHeaderSize = 32;
    private const uint FirstVariable = 0x80000001, BootVariable = 0x80000002, OtherBootVariable = 0x8000000C, Authority = 0x800000E0;

    private static readonly SortedDictionary<uint, string> Names = new()
    {
        [0x00000001] = "EV_POST_CODE",
        [0x00000004] = "EV_SEPARATOR",
        [0x00000005] = "EV_ACTION",
        [0x00000006] = "EV_EVENT_TAG",
        [0x00000007] = "EV_S_CRTM_CONTENTS",
        [0x00000008] = "EV_S_CRTM_VERSION",
        [0x00000009] = "EV_CPU_MICROCODE",
        [0x0000000A] = "EV_PLATFORM_CONFIG_FLAGS",
        [0x0000000B] = "EV_TABLE_OF_DEVICES",
        [0x0000000C] = "EV_COMPACT_HASH",
        [0x0000000D] = "EV_IPL",
        [0x0000000E] = "EV_IPL_PARTITION_DATA",
        [0x0000000F] = "EV_NONHOST_CODE",
        [0x00000010] = "EV_NONHOST_CONFIG",
        [0x00000011] = "EV_NONHOST_INFO",
        [0x00000012] = "EV_OMIT_BOOT_DEVICE_EVENTS",
        [0x00000013] = "EV_POST_CODE2",
        [FirstVariable] = "EV_EFI_VARIABLE_DRIVER_CONFIG",
        [BootVariable] = "EV_EFI_VARIABLE_BOOT",
        [0x80000003] = "EV_EFI_BOOT_SERVICES_APPLICATION",
        [0x80000004] = "EV_EFI_BOOT_SERVICES_DRIVER",
        [0x80000005] = "EV_EFI_RUNTIME_SERVICES_DRIVER",
        [0x80000006] = "EV_EFI_GPT_EVENT",
        [0x80000007] = "EV_EFI_ACTION",
        [0x80000008] = "EV_EFI_PLATFORM_FIRMWARE_BLOB",
        [0x80000009] = "EV_EFI_HANDOFF_TABLES",
        [0x8000000A] = "EV_EFI_PLATFORM_FIRMWARE_BLOB2",
        [0x8000000B] = "EV_EFI_HANDOFF_TABLES2",
        [OtherBootVariable] = "EV_EFI_VARIABLE_BOOT2",
        [0x8000000D] = "EV_EFI_GPT_EVENT2",
        [0x80000010] = "EV_EFI_HCRTM_EVENT",
        [Authority] = "EV_EFI_VARIABLE_AUTHORITY",
    };

    public static string TypeOf(uint type) => Names.TryGetValue(type, out string? name) ? name : "0x" + type.ToString("x8", CultureInfo.InvariantCulture);

    /// <summary>Null where its data are not text, a tag with text, or a variable with a name.</summary>
    public static string? Of(BootEvent known)
    {
        ReadOnlySpan<byte> data = known.Data.Span;
        return known.Type switch
        {
            BootLog.Tag when data.Length > TagHeaderSize => Text(data[TagHeaderSize..]),
            FirstVariable or BootVariable or OtherBootVariable or Authority => NameOf(data),
            _ => Text(data),
        };
    }

    /// <summary>UEFI_VARIABLE_DATA: a GUID, the name's length in characters, the value's length, the name.</summary>
    private static string? NameOf(ReadOnlySpan<byte> data) =>
        data.Length > VariableHeaderSize && BinaryPrimitives.ReadUInt64LittleEndian(data[16..]) is var length && length is > 0 and <= MaxLength && data.Length >= VariableHeaderSize + 2 * (int)length
            ? Text(data.Slice(VariableHeaderSize, 2 * (int)length)) : null;

    private static string? Text(ReadOnlySpan<byte> data) => data.Length > 2 * MaxLength ? null : Printable(Encoding.Latin1.GetString(data)) ?? Printable(Encoding.Unicode.GetString(data));

    private static string? Printable(string text)
    {
        text = text.TrimEnd('\0');
        return text.Length > 0 && text.All(character => character is >= ' ' and <= '~') ? text : null;
    }
}
