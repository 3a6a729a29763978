using System.Text.Json;

namespace Coco.Governance;

/// <summary>A publisher's statement: this measurement is version N of my program for this role (docs/formats/signed-measurement.md).</summary>
/// <param name="Signature">ES256 or ES384 as r||s, base64, over <see cref="ToSignedBytes"/>.</param>
public sealed record SignedMeasurement(string Publisher, CodeRole Role, string Measurement, long Version, string Signature)
{
    public const string Format = "coco-measurement-1";

    /// <summary>The bytes to sign: canonical JSON, so that any tool can make and check the signature.</summary>
    public byte[] ToSignedBytes() => JsonText.Write(writer =>
    {
        writer.WriteStartObject();
        writer.WriteString("format", Format);
        WriteStatement(writer);
        writer.WriteEndObject();
    });

    /// <summary>Null where the publisher may say this and has signed it; otherwise what is wrong.</summary>
    public string? Obstacle(Publisher publisher)
    {
        if (!publisher.Roles.Contains(Role)) return $"'{publisher.Name}' may not sign for the {ManifestFields.NameOf(Role)}";
        if (Version < publisher.MinVersion) return $"is version {Version}, below the {publisher.MinVersion} that '{publisher.Name}' must have at least";
        byte[] signature = new byte[publisher.Certificate.SignatureSize];
        bool isRead = Convert.TryFromBase64String(Signature, signature, out int length) && length == signature.Length;
        return isRead && publisher.Certificate.Verify(ToSignedBytes(), signature) ? null : $"is not signed by '{publisher.Name}'";
    }

    internal void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        WriteStatement(writer);
        writer.WriteString("signature", Signature);
        writer.WriteEndObject();
    }

    internal static SignedMeasurement Read(DocumentScope scope)
    {
        if (scope.OptionalText("format", Limits.MaxNameLength, FormatRemedy) is { } format && format != Format)
            scope.Fail(scope.PathOf("format"), $"is '{format}'", FormatRemedy);
        var signed = new SignedMeasurement(
            scope.Name("publisher"), ManifestFields.ReadRole(scope), ManifestFields.ReadMeasurement(scope, "measurement"),
            scope.Integer("version", 0, long.MaxValue), scope.Text("signature", 128, "write the signature r||s as base64"));
        scope.End();
        return signed;
    }

    private const string FormatRemedy = $"write \"{Format}\" or leave it out";

    private void WriteStatement(Utf8JsonWriter writer)
    {
        writer.WriteString("publisher", Publisher);
        writer.WriteString("role", ManifestFields.NameOf(Role));
        writer.WriteString("measurement", Measurement);
        writer.WriteNumber("version", Version);
    }
}
