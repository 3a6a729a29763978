using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Coco.Client;
using Coco.Supervisor;
using Coco.Tee;
using Coco.Tee.Platforms;

namespace Coco.Apps.Cli.Commands;

/// <summary>What evidence will say of a release: the values that a constitution's code manifest names.</summary>
internal static class MeasureCommands
{
    private static readonly (string Name, uint Signature)[] Processors =
    [
        ("EPYC", SnpLaunch.SignatureOf(23, 1, 2)), ("EPYC-v4", SnpLaunch.SignatureOf(23, 1, 2)), ("EPYC-Rome", SnpLaunch.SignatureOf(23, 49, 0)),
        ("EPYC-Milan", SnpLaunch.SignatureOf(25, 1, 1)), ("EPYC-Genoa", SnpLaunch.SignatureOf(25, 17, 0)), ("EPYC-Turin", SnpLaunch.SignatureOf(26, 0, 0)),
    ];

    public static Command Make() => Shared.Group(
        "measure", "Expected measurements of programs and guests, for the code manifest.", Software(), Snp(), Tdx(), Sgx(), Azure(), MeasureImageCommand.Make(), HostData());

    private static Command Software()
    {
        Argument<string?> folder = new("DIR") { Description = "A program's folder; this installation's manager and worker if left out.", Arity = ArgumentArity.ZeroOrOne };
        Option<bool> json = Shared.Json();
        Command command = new("software", "The digest of a program's files: the measurement on the software platform, and one identity of a release on all others.\n\n" +
            "Example: coco measure software --json")
        {
            folder, json,
        };
        command.SetAction(async (parsed, cancellation) =>
        {
            List<(string, object)> facts = [("platform", SoftwareEvidence.PlatformName)];
            if (parsed.GetValue(folder) is { } one) facts.Add(("measurement", ProgramMeasurement.Of(Existing(one)).ToString()));
            else
            {
                facts.Add(("manager", "0x" + await Programs.MeasurementAsync(Programs.Manager, cancellation)));
                facts.Add(("worker", "0x" + await Programs.MeasurementAsync(Programs.Worker, cancellation)));
            }
            return Print(facts, parsed.GetValue(json));
        });
        return command;
    }

    private static Command Snp()
    {
        Option<string> firmware = new("--firmware") { Description = "The guest firmware (OVMF) whole, or with --firmware-digest at least its last page.", Required = true, HelpName = "FILE" };
        Option<string?> firmwareDigest = new("--firmware-digest") { Description = "The launch digest after the firmware alone, 48 bytes in hex.", HelpName = "HEX" };
        Option<string?> kernel = new("--kernel") { Description = "A kernel that the host boots directly.", HelpName = "FILE" };
        Option<string?> initrd = new("--initrd") { Description = "Its initial file system.", HelpName = "FILE" };
        Option<string> append = new("--append") { Description = "Its command line.", HelpName = "TEXT", DefaultValueFactory = _ => "" };
        Option<int> processors = new("--vcpus") { Description = "Virtual processors at the start.", DefaultValueFactory = _ => 1 };
        Option<string> type = new("--vcpu-type") { Description = $"{string.Join(", ", Processors.Select(known => known.Name))}, or the signature (CPUID 1, EAX) as 0x hex.", Required = true };
        Option<GuestHost> host = new("--vmm") { Description = "Who starts the guest: qemu or ec2.", DefaultValueFactory = _ => GuestHost.Qemu };
        Option<bool> json = Shared.Json();
        Command command = new("sev-snp", "The launch digest of a confidential VM on AMD SEV-SNP.\n\n" +
            "Example: coco measure sev-snp --firmware OVMF.fd --kernel vmlinuz --initrd coco.img --append 'console=ttyS0' --vcpus 4 --vcpu-type EPYC-Genoa")
        {
            firmware, firmwareDigest, kernel, initrd, append, processors, type, host, json,
        };
        command.SetAction(parsed =>
        {
            if (!FirmwareImage.TryRead(InputFile.ReadImage(parsed.GetRequiredValue(firmware)), out FirmwareImage? image)) throw new UnknownEvidenceException("The firmware is not an OVMF image: its table of GUIDs cannot be read.");
            KernelHashes? hashes = parsed.GetValue(kernel) is not { } file ? null
                : new KernelHashes(InputFile.ReadImage(file), parsed.GetValue(initrd) is { } second ? InputFile.ReadImage(second) : default, parsed.GetValue(append) ?? "");
            var launch = new SnpLaunch(image, hashes, parsed.GetValue(processors), SignatureOf(parsed.GetRequiredValue(type)), parsed.GetValue(host));
            byte[] digest = launch.ComputeDigest(parsed.GetValue(firmwareDigest) is { } known ? Hex(known, SnpLaunch.DigestSize) : []);
            return Print([("platform", SevSnpVerifier.PlatformName), ("measurement", Text(digest))], parsed.GetValue(json));
        });
        return command;
    }

    private static Command Tdx()
    {
        Option<string?> firmware = new("--firmware") { Description = "The guest's firmware (TDVF, such as OVMF) whole: MRTD is computed from it.", HelpName = "FILE" };
        Option<string?> known = new("--mrtd") { Description = "Instead of the firmware: its MRTD, 48 bytes in hex, as its maker publishes it.", HelpName = "HEX" };
        Option<string?> log = EventLog("A guest's event log, /sys/firmware/acpi/tables/data/CCEL: the run-time registers are computed from it. Alone, without a value for MRTD, it gives the registers.");
        Option<string?>[] registers = [.. Enumerable.Range(0, TdReport.RegisterCount).Select(register =>
            new Option<string?>($"--rtmr{register}") { Description = "Run-time register, 48 bytes in hex; the log's if left out, zero without one.", HelpName = "HEX" })];
        Option<bool> json = Shared.Json();
        Command command = new("tdx", "MRTD of a TDX guest's firmware, its run-time registers from an event log, and the one value for all of them.\n\n" +
            "Example: coco measure tdx --firmware OVMF.fd --event-log CCEL")
        {
            firmware, known, log, json,
        };
        foreach (Option<string?> register in registers) command.Add(register);
        command.SetAction(parsed =>
        {
            MeasuredLog? read = parsed.GetValue(log) is { } file ? MeasuredLog.ReadTdx(InputFile.Read(file)) : null;
            byte[][] values = [.. registers.Select((register, number) => parsed.GetValue(register) is { } given
                ? Hex(given, TdReport.MeasurementSize) : read?.ValueOf(number) ?? new byte[TdReport.MeasurementSize])];
            (string? image, string? published) = (parsed.GetValue(firmware), parsed.GetValue(known));
            byte[]? mrtd = read is not null && image is null && published is null ? null : MrtdOf(image, published);
            List<(string, object)> facts = [("platform", DcapVerifier.TdxName)];
            if (mrtd is not null) facts.Add(("mrtd", Text(mrtd)));
            facts.AddRange(values.Select((value, number) => ($"rtmr{number}", (object)Text(value))));
            if (mrtd is not null) facts.Add(("measurement", Text(TdReport.MeasurementOf(mrtd, [.. values.SelectMany(value => value)]))));
            return Print(facts, parsed.GetValue(json), read, "rtmr");
        });
        return command;
    }

    private static byte[] MrtdOf(string? file, string? known)
    {
        if (file is null == known is null) throw new UnknownEvidenceException("Name the guest's firmware with --firmware FILE, or its MRTD with --mrtd HEX.");
        if (file is null) return Hex(known!, TdReport.MeasurementSize);
        return FirmwareImage.TryRead(InputFile.ReadImage(file), out FirmwareImage? image)
            ? TdxLaunch.ComputeMrtd(image) : throw new UnknownEvidenceException("The firmware is not an OVMF image: its table of GUIDs cannot be read.");
    }

    private static Command Sgx()
    {
        Argument<string> file = new("SIGSTRUCT") { Description = "The enclave's signature, such as coco-manager.sig from gramine-sgx-sign." };
        Option<bool> json = Shared.Json();
        Command command = new("sgx", "MRENCLAVE and MRSIGNER of a signed enclave.\n\nExample: coco measure sgx coco-manager.sig") { file, json };
        command.SetAction(parsed =>
        {
            if (!EnclaveSignature.TryRead(InputFile.ReadImage(parsed.GetRequiredValue(file)), out EnclaveSignature? signature))
                throw new UnknownEvidenceException("The file is not a SIGSTRUCT of 1808 bytes.");
            if (!signature.Holds) throw new UnknownEvidenceException("The SIGSTRUCT is not signed by the key that it names: it was changed, or never signed.");
            return Print([("platform", DcapVerifier.SgxName), ("measurement", Text(signature.Measurement.Span)), ("signer", Text(signature.Signer.Span)),
                ("productId", signature.ProductId), ("svn", signature.Svn)], parsed.GetValue(json));
        });
        return command;
    }

    private static Command Azure()
    {
        Option<string[]> pcrs = new("--pcr") { Description = "A measured PCR and its value: 4=HEX (32 bytes). Or 4 alone: its value is the log's. All that the policy measures.", HelpName = "N[=HEX]", AllowMultipleArgumentsPerToken = true };
        Option<string?> log = EventLog("A machine's event log, /sys/kernel/security/tpm0/binary_bios_measurements: PCRs without a value are computed from it; the usual ones if none is named.");
        Option<bool> json = Shared.Json();
        Command command = new("azure", "The one value for the measured PCRs of an Azure confidential VM.\n\nExample: coco measure azure --event-log binary_bios_measurements --pcr 4 7 8 9 11=... 12 13") { pcrs, log, json };
        command.SetAction(parsed =>
        {
            MeasuredLog? read = parsed.GetValue(log) is { } file ? MeasuredLog.ReadTpm(InputFile.Read(file)) : null;
            SortedDictionary<int, byte[]> values = [];
            string[] named = parsed.GetValue(pcrs) is { Length: > 0 } given ? given : read is null ? [] : [.. new AzurePolicy().MeasuredPcrs.Select(pcr => $"{pcr}")];
            foreach (string pair in named) values[PcrOf(pair)] = ValueOf(pair, read);
            if (values.Count == 0) throw new UnknownEvidenceException("Name the measured PCRs with --pcr N=HEX, or the machine's event log with --event-log FILE.");
            return Print([("platform", "azure"), ("pcrs", values.Keys.ToArray()), .. values.Select(pcr => ($"pcr{pcr.Key}", (object)Text(pcr.Value))), ("measurement", Text(AzureVerifier.MeasurementOf(values)))],
                parsed.GetValue(json), read, "pcr");
        });
        return command;
    }

    private static int PcrOf(string pair) => int.TryParse(pair.Split('=')[0], CultureInfo.InvariantCulture, out int pcr) && pcr is >= 0 and < 24
        ? pcr : throw new UnknownEvidenceException($"'{pair}' is not N=HEX with a PCR from 0 to 23.");

    private static byte[] ValueOf(string pair, MeasuredLog? log) => pair.Split('=') is { Length: > 1 } parts ? Hex(parts[1], SHA256.HashSizeInBytes)
        : log?.ValueOf(PcrOf(pair)) ?? throw new UnknownEvidenceException($"PCR {pair} has no value: name it as {pair}=HEX, or the machine's event log with --event-log FILE.");

    private static Option<string?> EventLog(string description) => new("--event-log") { Description = description, HelpName = "FILE" };

    private static Command HostData()
    {
        Argument<string> file = new("POLICY") { Description = "A confidential container's policy: the text, or the same in base64." };
        Option<bool> json = Shared.Json();
        Command command = new("host-data", "The host data of a confidential container on SEV-SNP: SHA-256 of its policy.\n\nExample: coco measure host-data policy.base64") { file, json };
        command.SetAction(parsed =>
        {
            byte[] bytes = InputFile.ReadImage(parsed.GetRequiredValue(file));
            byte[] decoded = new byte[bytes.Length];
            string text = Encoding.UTF8.GetString(bytes).Trim();
            ReadOnlySpan<byte> policy = Convert.TryFromBase64String(text, decoded, out int length) ? decoded.AsSpan(0, length) : bytes;
            return Print([("platform", SevSnpVerifier.PlatformName), ("hostData", Text(SHA256.HashData(policy)))], parsed.GetValue(json));
        });
        return command;
    }

    private static uint SignatureOf(string type)
    {
        foreach ((string name, uint signature) in Processors)
            if (name.Equals(type, StringComparison.OrdinalIgnoreCase)) return signature;
        return type.StartsWith("0x", StringComparison.Ordinal) && uint.TryParse(type.AsSpan(2), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out uint given)
            ? given : throw new UnknownEvidenceException($"'{type}' is neither a processor that is known nor a signature as 0x hex.");
    }

    private static byte[] Hex(string text, int size)
    {
        ReadOnlySpan<char> digits = text.StartsWith("0x", StringComparison.Ordinal) ? text.AsSpan(2) : text;
        return StrictHex.TryRead(digits, out byte[] bytes) && bytes.Length == size ? bytes : throw new UnknownEvidenceException($"'{text}' is not {size} bytes in hex.");
    }

    private static string Existing(string folder) => Directory.Exists(folder) ? folder : throw new FileNotFoundException($"There is no folder {folder}.");

    internal static string Text(ReadOnlySpan<byte> bytes) => "0x" + Convert.ToHexStringLower(bytes);

    private static int Print(IReadOnlyList<(string Name, object Value)> facts, bool asJson, MeasuredLog? log = null, string register = "")
    {
        if (!asJson) Shared.PrintFacts(facts.Select(fact => (fact.Name, fact.Value is int[] numbers ? string.Join(',', numbers) : $"{fact.Value}")));
        else
        {
            Dictionary<string, object> document = facts.ToDictionary(fact => fact.Name, fact => fact.Value);
            if (log is not null)
                document["events"] = log.Events.Select(made => new { Register = $"{register}{made.Register}", made.Type, Digest = Text(made.Digest.Span), made.Text, made.IsOfData }).ToArray();
            Shared.PrintJson(document);
        }
        return ExitCode.Done;
    }
}
