using System.Security.Cryptography;
using Coco.Client;

namespace Coco.Enclave.Tests.Tee;

/// <summary>Event logs lead to the registers that the machines had which kept them.</summary>
public sealed class MeasuredLogTests
{
    /// <summary>The registers are those of the quote that was published with the log.</summary>
    [Fact]
    public void The_log_of_a_TDX_guest_leads_to_the_run_time_registers_of_its_quote()
    {
        EventLogSample sample = EventLogSample.Tdx;
        MeasuredLog log = MeasuredLog.ReadTdx(sample.Bytes);
        Assert.Equal(4, sample.Expected.Count);
        foreach ((int register, string expected) in sample.Expected) Assert.Equal(expected, Hex(log.ValueOf(register)));
    }

    /// <summary>The values are those that tpm2-tools publishes beside the log.</summary>
    [Fact]
    public void The_log_of_a_TPM_leads_to_the_published_PCRs()
    {
        EventLogSample sample = EventLogSample.Tpm;
        MeasuredLog log = MeasuredLog.ReadTpm(sample.Bytes);
        Assert.Equal(10, sample.Expected.Count);
        foreach ((int pcr, string expected) in sample.Expected) Assert.Equal(expected, Hex(log.ValueOf(pcr)));
        Assert.Equal(new byte[32], log.ValueOf(11));
    }

    /// <summary>The kernel shows the whole area that the firmware reserved for the log.</summary>
    [Theory]
    [InlineData(0xFF)]
    [InlineData(0)]
    public void What_lies_behind_a_log_changes_nothing_if_it_is_all_ones_or_all_zeros_and_is_refused_otherwise(byte padding)
    {
        EventLogSample sample = EventLogSample.Tdx;
        byte[] padded = [.. sample.Bytes, .. Enumerable.Repeat(padding, 1000)];
        Assert.Equal(sample.Expected[2], Hex(MeasuredLog.ReadTdx(padded).ValueOf(2)));
        padded[^1] ^= 1;
        Assert.Throws<UnknownEvidenceException>(() => MeasuredLog.ReadTdx(padded));
    }

    /// <summary>The value is what tpm2_eventlog 5.7 says of the same bytes.</summary>
    [Fact]
    public void PCR_0_begins_with_the_locality_that_the_TPM_was_started_from()
    {
        EventLogSample log = EventLogSample.Empty(isTdx: false)
            .Add(0, 3, new byte[32], [.. "StartupLocality\0"u8, 3])
            .Add(0, 8, SHA256.HashData("1\0"u8), [.. "1\0"u8])
            .Add(0, 4, SHA256.HashData(new byte[4]), new byte[4]);
        Assert.Equal("44fffa9f568300150acf01f49fad0518f563a5417739a55d392cbafd0ef40feb", Hex(MeasuredLog.ReadTpm(log.Bytes).ValueOf(0)));
        Assert.Equal(new byte[32], MeasuredLog.ReadTpm(log.Bytes).ValueOf(1));
    }

    [Fact]
    public void Events_are_told_with_their_register_their_type_and_whether_their_digest_is_of_what_they_say()
    {
        IReadOnlyList<MeasuredEvent> events = MeasuredLog.ReadTdx(EventLogSample.Tdx.Bytes).Events;
        Assert.Equal(25, events.Count);
        Assert.Contains(events, made => made is { Register: 0, Type: "EV_EFI_VARIABLE_DRIVER_CONFIG", Text: "SecureBoot", IsOfData: true });
        Assert.Contains(events, made => made is { Register: 0, Type: "EV_SEPARATOR", Text: null, IsOfData: true });
        Assert.Contains(events, made => made is { Register: 1, Type: "EV_EFI_ACTION", Text: "Calling EFI Application from Boot Option", IsOfData: true });
        Assert.Contains(events, made => made is { Register: 1, Type: "EV_EFI_BOOT_SERVICES_APPLICATION", IsOfData: false });
        Assert.Contains(events, made => made is { Register: 2, Type: "EV_EVENT_TAG", Text: "Linux initrd", IsOfData: false });
        Assert.Contains(events, made => made is { Register: 3, Type: "0x08000001" });
    }

    [Fact]
    public void Every_digest_of_the_log_counts()
    {
        byte[] bytes = EventLogSample.Tdx.Bytes;
        string usual = All(bytes);
        foreach (MeasuredEvent made in MeasuredLog.ReadTdx(bytes).Events)
        {
            int place = bytes.AsSpan().IndexOf(made.Digest.Span);
            bytes[place] ^= 1;
            Assert.NotEqual(usual, All(bytes));
            bytes[place] ^= 1;
        }
    }

    [Fact]
    public void The_other_kind_of_log_is_refused()
    {
        EventLogSample ofTpm = EventLogSample.Empty(isTdx: true);
        for (int pcr = 0; pcr < 8; pcr++) ofTpm.Add(pcr, 4, SHA384.HashData(new byte[4]), new byte[4]);
        Assert.Equal("The log is a TPM's and not a TDX guest's: it has events of PCR 5.", Assert.Throws<UnknownEvidenceException>(() => MeasuredLog.ReadTdx(ofTpm.Bytes)).Message);
        Assert.Throws<UnknownEvidenceException>(() => MeasuredLog.ReadTdx(EventLogSample.Tpm.Bytes));
        Assert.Throws<UnknownEvidenceException>(() => MeasuredLog.ReadTpm(EventLogSample.Tdx.Bytes));
    }

    /// <summary>A TPM's log and a TDX guest's, whose registers are numbered otherwise.</summary>
    [Theory]
    [InlineData(false, 4, 11)]
    [InlineData(true, 2, 3)]
    public void A_log_has_an_image_when_its_application_and_its_sections_are_among_the_events_of_their_registers(bool isTdx, int applications, int sections)
    {
        Assert.True(PeImage.TryRead(PeSample.Unified("257.13-1"), out PeImage? image));
        UnifiedKernelImage unified = UnifiedKernelImage.TryOpen(image)!;
        HashAlgorithmName bank = isTdx ? HashAlgorithmName.SHA384 : HashAlgorithmName.SHA256;
        byte[] other = CryptographicOperations.HashData(bank, [1]);
        byte[][] measured = [.. unified.Sections(bank).SelectMany(section => (byte[][])[section.NameDigest.ToArray(), section.ContentDigest.ToArray()])];
        MeasuredLog Log(int application, byte[][] content)
        {
            EventLogSample sample = EventLogSample.Empty(isTdx).Add(applications, 4, other, []).Add(application, 0x80000003, image.ComputeDigest(bank), []).Add(sections, 6, other, []);
            foreach (byte[] digest in content) sample.Add(sections, 13, digest, []);
            return MeasuredLog.Read(sample.Add(sections, 6, other, []).Bytes);
        }
        Assert.True(Log(applications, measured).HasApplication(image) && Log(applications, measured).HasSections(unified));
        Assert.Equal(bank, Log(applications, measured).Bank);
        Assert.False(Log(sections, measured).HasApplication(image));
        Assert.False(Log(applications, measured[..^1]).HasSections(unified));
        Assert.False(Log(applications, [.. measured[..2], other, .. measured[2..]]).HasSections(unified));
        Assert.False(Log(applications, [.. measured[2..], .. measured[..2]]).HasSections(unified));
    }

    [Fact]
    public void A_log_that_was_cut_is_refused_or_has_fewer_events()
    {
        byte[] bytes = EventLogSample.Tdx.Bytes;
        int read = 0;
        for (int length = 0; length < bytes.Length; length++)
        {
            try
            {
                Assert.InRange(MeasuredLog.ReadTdx(bytes.AsSpan(0, length)).Events.Count, 0, 24);
                read++;
            }
            catch (UnknownEvidenceException)
            {
            }
        }
        Assert.Equal(25, read);
    }

    private static string All(byte[] bytes) => string.Join(' ', Enumerable.Range(0, 4).Select(register => Hex(MeasuredLog.ReadTdx(bytes).ValueOf(register))));

    private static string Hex(byte[] bytes) => Convert.ToHexStringLower(bytes);
}
