using System.Collections.Immutable;
using System.Text.Json;

namespace Coco.Governance;

/// <summary>The JSON form of a code manifest; publishers and signed measurements are left out where there are none.</summary>
internal static class CodeManifestJson
{
    private static readonly ImmutableArray<string> Roles = ["manager", "worker"];

    public static CodeManifest Read(DocumentScope scope)
    {
        var manifest = new CodeManifest(ManifestFields.ReadMeasurements(scope, "manager"), ManifestFields.ReadMeasurements(scope, "worker"))
        {
            Publishers = [.. scope.List("publishers", 0, Limits.MaxPublishers, ReadPublisher, isOptional: true)],
            Signed = [.. scope.List("signed", 0, Limits.MaxMeasurements, SignedMeasurement.Read, isOptional: true)],
        };
        scope.End();
        return manifest;
    }

    public static void Write(Utf8JsonWriter writer, CodeManifest manifest)
    {
        writer.WriteStartObject();
        ManifestFields.WriteTexts(writer, "manager", manifest.Manager);
        ManifestFields.WriteTexts(writer, "worker", manifest.Worker);
        if (!manifest.Publishers.IsEmpty)
        {
            writer.WriteStartArray("publishers");
            foreach (Publisher publisher in manifest.Publishers) WritePublisher(writer, publisher);
            writer.WriteEndArray();
        }
        if (!manifest.Signed.IsEmpty)
        {
            writer.WriteStartArray("signed");
            foreach (SignedMeasurement signed in manifest.Signed) signed.Write(writer);
            writer.WriteEndArray();
        }
        writer.WriteEndObject();
    }

    /// <summary>What must hold between its parts.</summary>
    public static void Check(CodeManifest manifest, List<DocumentError> errors)
    {
        const string Path = "$.codeManifest";
        foreach ((string role, ImmutableArray<string> accepted) in new[] { ("manager", manifest.Accepted(CodeRole.Manager)), ("worker", manifest.Accepted(CodeRole.Worker)) })
            if (accepted.IsEmpty) errors.Add(new DocumentError($"{Path}.{role}", "names no measurement", "name one at least: no VN could run"));
        for (int i = 0; i < manifest.Publishers.Length; i++)
            if (manifest.Publishers.Take(i).Any(other => other.Name == manifest.Publishers[i].Name))
                errors.Add(new DocumentError($"{Path}.publishers[{i}].name", $"'{manifest.Publishers[i].Name}' is there already", "names are unique"));
        for (int i = 0; i < manifest.Signed.Length; i++)
        {
            SignedMeasurement signed = manifest.Signed[i];
            string? problem = manifest.FindPublisher(signed.Publisher) is { } publisher
                ? signed.Obstacle(publisher) : $"is of '{signed.Publisher}', who is not among the publishers";
            if (problem is not null)
                errors.Add(new DocumentError($"{Path}.signed[{i}]", problem, "leave it out, or bring the publisher's own document"));
        }
    }

    private static Publisher ReadPublisher(DocumentScope scope)
    {
        Member named = ConstitutionReader.ReadNamed(scope);
        ImmutableArray<string> roles = ManifestFields.ReadWords(scope, "roles", Roles);
        if (roles.IsEmpty) scope.Fail(scope.PathOf("roles"), "names no role", "write some of manager, worker");
        var publisher = new Publisher(
            named.Name, named.Certificate, [.. roles.Select(role => role == "worker" ? CodeRole.Worker : CodeRole.Manager).Distinct().Order()],
            scope.Integer("minVersion", 0, long.MaxValue, 0));
        scope.End();
        return publisher;
    }

    private static void WritePublisher(Utf8JsonWriter writer, Publisher publisher)
    {
        writer.WriteStartObject();
        writer.WriteString("name", publisher.Name);
        writer.WriteString("certificate", publisher.Certificate.Pem);
        ManifestFields.WriteTexts(writer, "roles", publisher.Roles.Select(ManifestFields.NameOf));
        writer.WriteNumber("minVersion", publisher.MinVersion);
        writer.WriteEndObject();
    }
}
