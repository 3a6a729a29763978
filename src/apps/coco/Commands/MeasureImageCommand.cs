using System.CommandLine;
using System.Security.Cryptography;
using Coco.Client;

namespace Coco.Apps.Cli.Commands;

/// <summary>What an EFI program, such as a unified kernel image, brings into PCR 4 and 11, or RTMR1 and 2.</summary>
internal static class MeasureImageCommand
{
    private const int MaxPhases = 16;

    private static readonly HashAlgorithmName[] Banks = [HashAlgorithmName.SHA256, HashAlgorithmName.SHA384];

    public static Command Make()
    {
        Argument<string> file = new("FILE") { Description = "An EFI program: a boot loader, a kernel, or a unified kernel image of systemd's stub." };
        Option<string?> bank = new("--bank") { Description = "sha256 (TPMs) or sha384 (TDX); both if left out.", HelpName = "BANK" };
        Option<string> phases = new("--phases") { Description = "The phases of the boot that systemd-pcrphase measures into PCR 11 before evidence is given: enter-initrd:leave-initrd:sysinit:ready.", HelpName = "A:B:C", DefaultValueFactory = _ => "" };
        Option<string?> bootLoader = new("--boot-loader") { Description = "For PCR 4: the systemd-boot that firmware starts and that starts the image. Firmware starts the image itself if left out.", HelpName = "FILE" };
        Option<bool> secureBoot = new("--secure-boot") { Description = "For PCR 4: the machine has Secure Boot on, under which stubs keep firmware from measuring the kernel inside." };
        Option<string?> log = new("--event-log") { Description = "A TDX guest's or a TPM's event log: whether this program and these sections are among its events. Exit code 1 if not.", HelpName = "FILE" };
        Option<bool> json = Shared.Json();
        Command command = new("uki", "The digest that firmware measures of an EFI program (Authenticode), and of a unified kernel image the sections that its stub measures, PCR 11 after them, and PCR 4 with firmware of EDK II.\n\n" +
            "Example: coco measure uki coco.efi --bank sha256 --phases enter-initrd:leave-initrd:sysinit:ready")
        {
            file, bank, phases, bootLoader, secureBoot, log, json,
        };
        command.SetAction(parsed =>
        {
            PeImage image = Read(parsed.GetRequiredValue(file));
            UnifiedKernelImage? unified = UnifiedKernelImage.TryOpen(image);
            string[] named = PhasesOf(parsed.GetRequiredValue(phases));
            if (unified is null && named.Length > 0) throw new UnknownEvidenceException("The file is not a unified kernel image of systemd's stub: nothing of it is measured in phases.");
            var start = new Start(parsed.GetValue(bootLoader) is { } started ? LoaderOf(started, unified) : null, parsed.GetValue(secureBoot));
            MeasuredLog? booted = parsed.GetValue(log) is { } of ? MeasuredLog.Read(InputFile.Read(of)) : null;
            InLog? inLog = booted is null ? null : new(booted.HasApplication(image), unified is null ? null : booted.HasSections(unified));
            Print(unified, named, start, inLog, BanksOf(parsed.GetValue(bank) ?? booted?.Bank.Name).ToDictionary(one => one.Name!.ToLowerInvariant(), one => Measure(image, unified, named, start, one)), parsed.GetValue(json));
            return inLog is { Application: false } or { Sections: false } ? ExitCode.No : ExitCode.Done;
        });
        return command;
    }

    private sealed record Section(string Name, string NameDigest, string ContentDigest);

    /// <summary>How the machine comes to the image.</summary>
    private sealed record Start(PeImage? Loader, bool IsSecureBoot);

    private sealed record InLog(bool Application, bool? Sections);

    private sealed record Measured(string Application, string? Kernel, string? Pcr4, string? Pcr11, Section[] Sections);

    private static PeImage Read(string file) => PeImage.TryRead(InputFile.ReadImage(file), out PeImage? image)
        ? image : throw new UnknownEvidenceException("The file is not an EFI program (PE32+) whose sections follow each other.");

    private static PeImage LoaderOf(string file, UnifiedKernelImage? unified)
    {
        if (unified is null) throw new UnknownEvidenceException("The file is not a unified kernel image of systemd's stub: what a boot loader starts with it is not known.");
        return Read(file) is var loader && FirmwareBoot.IsSystemdBoot(loader) ? loader : throw new UnknownEvidenceException("The boot loader is not systemd-boot: what it starts and measures is not known.");
    }

    private static Measured Measure(PeImage image, UnifiedKernelImage? unified, string[] phases, Start start, HashAlgorithmName bank) => new(
        MeasureCommands.Text(image.ComputeDigest(bank)),
        unified?.Kernel is { } kernel ? MeasureCommands.Text(kernel.ComputeDigest(bank)) : null,
        unified?.ComputePcr4(bank, start.Loader, start.IsSecureBoot) is { } pcr4 ? MeasureCommands.Text(pcr4) : null,
        unified is null ? null : MeasureCommands.Text(unified.ComputePcr11(bank, phases)),
        [.. (unified?.Sections(bank) ?? []).Select(section => new Section(section.Name, MeasureCommands.Text(section.NameDigest.Span), MeasureCommands.Text(section.ContentDigest.Span)))]);

    private static void Print(UnifiedKernelImage? unified, string[] phases, Start start, InLog? inLog, Dictionary<string, Measured> banks, bool asJson)
    {
        if (asJson)
        {
            Shared.PrintJson(new { unified?.Stub, Phases = phases, SecureBoot = start.IsSecureBoot, Banks = banks, InLog = inLog });
            return;
        }
        List<(string, string)> facts = unified is null ? [] : [("stub", unified.Stub), ("phases", string.Join(':', phases)), ("secure boot", start.IsSecureBoot ? "on" : "off")];
        foreach ((string bank, Measured measured) in banks)
        {
            facts.Add(($"{bank} application", measured.Application));
            if (measured.Kernel is not null) facts.Add(($"{bank} kernel", measured.Kernel));
            facts.AddRange(measured.Sections.Select(section => ($"{bank} {section.Name}", section.ContentDigest)));
            if (unified is not null) facts.Add(($"{bank} pcr4", measured.Pcr4 ?? "not known: no boot with this version of the stub was there to compare with, or the kernel inside is no EFI program"));
            if (measured.Pcr11 is not null) facts.Add(($"{bank} pcr11", measured.Pcr11));
        }
        if (inLog is not null) facts.Add(("in the log", $"application: {Say(inLog.Application)}{(inLog.Sections is { } sections ? $", sections: {Say(sections)}" : "")}"));
        Shared.PrintFacts(facts);
    }

    private static string Say(bool isThere) => isThere ? "yes" : "no";

    private static HashAlgorithmName[] BanksOf(string? name) => name is null ? Banks
        : Array.Find(Banks, bank => bank.Name!.Equals(name, StringComparison.OrdinalIgnoreCase)) is { Name: not null } known ? [known] : throw new UnknownEvidenceException($"'{name}' is not sha256 or sha384.");

    private static string[] PhasesOf(string text)
    {
        string[] phases = text.Split(':', StringSplitOptions.RemoveEmptyEntries);
        return phases.Length <= MaxPhases && phases.All(phase => phase.All(character => char.IsAsciiLetterOrDigit(character) || character == '-'))
            ? phases : throw new UnknownEvidenceException($"'{text}' is not up to {MaxPhases} names of phases with colons between them.");
    }
}
