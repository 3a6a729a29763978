using System.Security.Cryptography;
using System.Text.Json;

namespace Coco.Acceptance.Network;

/// <summary>`coco measure` of logs and images: the values in JSON, and one sentence for whatever is none.</summary>
public sealed class MeasureFilesTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("coco-measure-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>One separator in RTMR1; RTMR3 is given beside the log, and MRTD.</summary>
    [Fact]
    public async Task A_TDX_guests_registers_come_from_its_log_and_from_what_is_given_beside_it()
    {
        string given = new('3', 96), mrtd = new('d', 96);
        CommandResult measured = await CommandResult.CocoAsync("measure", "tdx", "--event-log", Log(), "--rtmr3", given, "--mrtd", mrtd, "--json");
        Assert.True(measured.ExitCode == 0, measured.Errors);
        using JsonDocument document = JsonDocument.Parse(measured.Output);
        byte[] register = SHA384.HashData((byte[])[.. new byte[48], .. SHA384.HashData(new byte[4])]);
        byte[] all = [.. "coco-tdx-v1"u8, .. Convert.FromHexString(mrtd), .. new byte[48], .. register, .. new byte[48], .. Convert.FromHexString(given)];
        Assert.Equal(Text(register), document.RootElement.GetProperty("rtmr1").GetString());
        Assert.Equal("0x" + given, document.RootElement.GetProperty("rtmr3").GetString());
        Assert.Equal(Text(SHA384.HashData(all)), document.RootElement.GetProperty("measurement").GetString());
        JsonElement made = Assert.Single(document.RootElement.GetProperty("events").EnumerateArray());
        Assert.Equal(("rtmr1", "EV_SEPARATOR", true), (made.GetProperty("register").GetString(), made.GetProperty("type").GetString(), made.GetProperty("isOfData").GetBoolean()));
    }

    [Theory]
    [InlineData(2, "tdx", "--event-log", "noise")]
    [InlineData(2, "tdx", "--event-log", "log", "--rtmr3", "00")]
    [InlineData(2, "tdx", "--rtmr0", "00")]
    [InlineData(3, "tdx", "--event-log", "missing")]
    [InlineData(2, "azure", "--event-log", "log")]
    [InlineData(2, "azure", "--pcr", "4")]
    [InlineData(2, "uki", "noise")]
    [InlineData(2, "uki", "/dev/zero")]
    [InlineData(2, "uki", "noise", "--bank", "md5")]
    [InlineData(3, "uki", "missing")]
    [InlineData(2, "uki", "program", "--boot-loader", "program")]
    public async Task What_is_no_log_no_image_or_no_value_is_said_in_one_sentence(int code, params string[] arguments)
    {
        if (arguments.Contains("/dev/zero") && !OperatingSystem.IsLinux()) return;
        File.WriteAllBytes(Path.Combine(_folder, "noise"), RandomNumberGenerator.GetBytes(2000));
        File.WriteAllBytes(Path.Combine(_folder, "program"), Program());
        string[] named = [.. arguments.Select(argument => argument switch { "log" => Log(), "noise" or "program" or "missing" => Path.Combine(_folder, argument), _ => argument })];
        CommandResult result = await CommandResult.CocoAsync(["measure", .. named]);
        Assert.True(result.ExitCode == code, $"{string.Join(' ', named)}: {result.ExitCode}\n{result.Output}{result.Errors}");
        Assert.Equal("", result.Output);
        Assert.True(result.Errors.TrimEnd() is { Length: > 10 and < 400 } sentence && !sentence.Contains('\n', StringComparison.Ordinal), result.Errors);
    }

    /// <summary>An EFI program's headers and one section: neither a unified kernel image nor a boot loader.</summary>
    private static byte[] Program()
    {
        var bytes = new byte[1024];
        "MZ"u8.CopyTo(bytes);
        bytes[0x3C] = 0x40;
        "PE\0\0"u8.CopyTo(bytes.AsSpan(0x40));
        (bytes[0x46], bytes[0x54], bytes[0x58], bytes[0x59]) = (1, 240, 0x0B, 2);
        (bytes[0x58 + 61], bytes[0x58 + 108]) = (2, 16); // headers of 512 bytes, 16 directories
        ".text"u8.CopyTo(bytes.AsSpan(0x58 + 240));
        (bytes[0x58 + 240 + 9], bytes[0x58 + 240 + 17], bytes[0x58 + 240 + 21]) = (2, 2, 2); // 512 bytes at 512
        return bytes;
    }

    private static string Text(byte[] bytes) => "0x" + Convert.ToHexStringLower(bytes);

    /// <summary>The header, which says that digests are of SHA-384, and a separator of register 2: RTMR1.</summary>
    private string Log()
    {
        string file = Path.Combine(_folder, "CCEL");
        byte[] header = [0, 0, 0, 0, 3, 0, 0, 0, .. new byte[20], 33, 0, 0, 0, .. "Spec ID Event03\0"u8, 0, 0, 0, 0, 0, 2, 0, 2, 1, 0, 0, 0, 12, 0, 48, 0, 0];
        File.WriteAllBytes(file, [.. header, 2, 0, 0, 0, 4, 0, 0, 0, 1, 0, 0, 0, 12, 0, .. SHA384.HashData(new byte[4]), 4, 0, 0, 0, 0, 0, 0, 0]);
        return file;
    }
}
