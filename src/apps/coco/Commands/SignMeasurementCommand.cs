using System.CommandLine;
using System.Text.Json;
using Coco.Governance;
using Coco.Supervisor;

namespace Coco.Apps.Cli.Commands;

/// <summary>What a publisher of releases does with each: a statement that networks accept which name the publisher (TEE-2).</summary>
internal static class SignMeasurementCommand
{
    public static Command Make()
    {
        Option<string> publisher = new("--publisher") { Description = "The name under which constitutions know the publisher.", HelpName = "NAME", Required = true };
        Option<string> role = new("--role") { Description = "manager or worker.", Required = true };
        role.AcceptOnlyFromAmong("manager", "worker");
        Option<string> measurement = new("--measurement") { Description = "As coco measure gives it.", HelpName = "HEX", Required = true };
        Option<long> version = new("--version-number") { Description = "Of the release; constitutions may ask for a least one.", HelpName = "N", Required = true };
        Option<string> key = new("--key") { Description = "The publisher's private key (PEM).", HelpName = "FILE", Required = true };
        Option<string> certificate = new("--certificate") { Description = "The publisher's certificate (PEM).", HelpName = "FILE", Required = true };
        Command command = new("sign-measurement",
            "Sign the measurement of a release, offline; prints the action that brings it into a network.\n\n"
            + "Example: coco governance sign-measurement --publisher acme --role manager --measurement 0x5f... --version-number 7 --key key.pem --certificate certificate.pem > action.json")
        {
            publisher, role, measurement, version, key, certificate,
        };
        command.SetAction(parsed =>
        {
            string digits = parsed.GetRequiredValue(measurement);
            if (digits.StartsWith("0x", StringComparison.Ordinal)) digits = digits[2..];
            var statement = new SignedMeasurement(
                parsed.GetRequiredValue(publisher), parsed.GetRequiredValue(role) == "worker" ? CodeRole.Worker : CodeRole.Manager, digits.ToLowerInvariant(),
                parsed.GetRequiredValue(version), "");
            SignedRequest signed = MemberSigner.Sign(statement.ToSignedBytes(), parsed.GetRequiredValue(key), parsed.GetRequiredValue(certificate));
            Console.Out.WriteLine(JsonSerializer.Serialize(new
            {
                name = "add_measurement",
                args = new
                {
                    publisher = statement.Publisher,
                    role = parsed.GetRequiredValue(role),
                    measurement = statement.Measurement,
                    version = statement.Version,
                    signature = Convert.ToBase64String(signed.Signature.Span),
                },
            }));
            return ExitCode.Done;
        });
        return command;
    }
}
