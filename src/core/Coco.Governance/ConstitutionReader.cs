using Coco.Crypto;

namespace Coco.Governance;

/// <summary>From JSON to a constitution: the form of each part alone. What must hold between parts: <see cref="ConstitutionRules"/>.</summary>
internal static class ConstitutionReader
{
    private const string AddressRemedy = "write HOST:PORT, such as vn1.contoso.example:7001";

    public static Constitution Read(DocumentScope root)
    {
        string format = root.Text("format", Limits.MaxNameLength, FormatRemedy);
        if (format.Length > 0 && format != ConstitutionWriter.Format)
            root.Fail(root.PathOf("format"), $"is '{format}'", FormatRemedy);
        var constitution = new Constitution(
            root.Name("network"),
            [.. root.List("members", 1, Limits.MaxMembers, ReadMember)],
            [.. root.List("participants", 0, Limits.MaxParticipants, ReadParticipant, isOptional: true)],
            [.. root.List("nodes", 1, Limits.MaxNodes, ReadNode)],
            root.Object("codeManifest", CodeManifestJson.Read) ?? new CodeManifest([], []),
            root.Object("teeManifest", TeeManifestJson.Read) ?? new TeeManifest([], false),
            root.Object("votingPolicy", VotingPolicyJson.Read) ?? VotingPolicyJson.Missing,
            root.Object("batchLimits", BatchLimits.Default, ReadBatchLimits),
            root.Object("consensus", ConsensusSettings.Default, ReadConsensus),
            ReadRule(root, "sealing", "allowed"),
            ReadRule(root, "rejoin", "automatic"),
            root.Object("submission", SubmissionSettings.Default, ReadSubmission),
            root.Object("ledger", ReadLedger) ?? new LedgerSettings("", default))
        {
            Snapshots = root.Object("snapshots", SnapshotSettings.Default, ReadSnapshots),
            Leases = root.OptionalObject("leases", ReadLeases),
        };
        root.End();
        return constitution;
    }

    private static string FormatRemedy => $"write \"{ConstitutionWriter.Format}\"";

    internal static Member ReadMember(DocumentScope scope)
    {
        Member member = ReadNamed(scope);
        scope.End();
        return member;
    }

    /// <summary>A name and the certificate of its key, among other fields.</summary>
    internal static Member ReadNamed(DocumentScope scope) => new(scope.Name("name"), ReadCertificate(scope));

    internal static ListedNode ReadNode(DocumentScope scope)
    {
        var node = new ListedNode(
            scope.Name("name"), scope.Name("owner"), ReadAddress(scope, "address"),
            scope.OptionalText("clientAddress", Limits.MaxAddressLength, AddressRemedy))
        {
            OperatorKey = ReadOperatorKey(scope),
            OwnerSignature = scope.OptionalText("ownerSignature", 128, "write the owner's signature r||s as base64"),
        };
        if (node.ClientAddress is { } address) CheckAddress(scope, "clientAddress", address);
        scope.End();
        return node;
    }

    internal static LeaseSettings ReadLeases(DocumentScope scope)
    {
        var leases = new LeaseSettings(scope.Integer("renewMs", 100, 366L * 24 * 60 * 60 * 1000), scope.Integer("durationMs", 200, 1000L * 24 * 60 * 60 * 1000));
        if (leases.DurationMs < 2 * leases.RenewMs)
            scope.Fail(scope.PathOf("durationMs"), "is less than twice renewMs", "make it four times as long, so that a VN can miss a round");
        scope.End();
        return leases;
    }

    internal static BatchLimits ReadBatchLimits(DocumentScope scope)
    {
        var limits = new BatchLimits(
            (int)scope.Integer("maxTransactions", 1, 1_000_000, BatchLimits.Default.MaxTransactions),
            (int)scope.Integer("maxBytes", 1024, 64 * 1024 * 1024, BatchLimits.Default.MaxBytes));
        scope.End();
        return limits;
    }

    private static Participant ReadParticipant(DocumentScope scope)
    {
        Member same = ReadMember(scope);
        return new Participant(same.Name, same.Certificate);
    }

    private static MemberCertificate ReadCertificate(DocumentScope scope)
    {
        const string Remedy = "put the PEM text of an X.509 certificate with an ECDSA key on P-256 or P-384";
        string pem = scope.Text("certificate", Limits.MaxCertificateSize, Remedy);
        if (MemberCertificate.TryParsePem(pem, out MemberCertificate? certificate, out string? problem)) return certificate;
        if (pem.Length > 0) scope.Fail(scope.PathOf("certificate"), problem, Remedy);
        // An error has been recorded, so that this never leaves the reader.
        return null!;
    }

    private static string ReadAddress(DocumentScope scope, string name)
    {
        string address = scope.Text(name, Limits.MaxAddressLength, AddressRemedy);
        if (address.Length > 0) CheckAddress(scope, name, address);
        return address;
    }

    private static void CheckAddress(DocumentScope scope, string name, string address)
    {
        if (!Names.IsAddress(address)) scope.Fail(scope.PathOf(name), $"'{address}' is not an address", AddressRemedy);
    }

    private static string? ReadOperatorKey(DocumentScope scope)
    {
        string key = ManifestFields.ReadHex(scope, "operatorKey", P256.PointSize);
        if (key.Length == 0) return null;
        if (key.Length == 2 * P256.PointSize && key.All(char.IsAsciiHexDigit) && !NodeRules.IsPoint(Convert.FromHexString(key)))
            scope.Fail(scope.PathOf("operatorKey"), "is not a point of P-256", "write 04, x and y as 130 hex digits");
        return key;
    }

    private static ConsensusSettings ReadConsensus(DocumentScope scope)
    {
        ConsensusSettings usual = ConsensusSettings.Default;
        var settings = new ConsensusSettings(
            scope.Has("plugin") ? scope.Name("plugin") : scope.OptionalText("plugin", 1, "") ?? usual.Plugin,
            (int)scope.Integer("electionTimeoutMs", 10, 600_000, usual.ElectionTimeoutMs),
            (int)scope.Integer("heartbeatMs", 1, 60_000, usual.HeartbeatMs));
        if (settings.HeartbeatMs * 2 > settings.ElectionTimeoutMs)
            scope.Fail(scope.PathOf("heartbeatMs"), "is more than half of electionTimeoutMs", "make it a tenth of it");
        scope.End();
        return settings;
    }

    private static bool ReadRule(DocumentScope root, string section, string field)
    {
        bool value = true;
        root.Object(section, "", scope =>
        {
            value = scope.Flag(field);
            scope.End();
            return section;
        });
        return value;
    }

    private static SubmissionSettings ReadSubmission(DocumentScope scope)
    {
        var settings = new SubmissionSettings((int)scope.Integer("holdMs", 0, 60_000, SubmissionSettings.Default.HoldMs));
        scope.End();
        return settings;
    }

    private static SnapshotSettings ReadSnapshots(DocumentScope scope)
    {
        var settings = new SnapshotSettings(
            (int)scope.Integer("entries", 1, 100_000_000, SnapshotSettings.Default.Entries),
            scope.Integer("bytes", 1024, 1L << 40, SnapshotSettings.Default.Bytes));
        scope.End();
        return settings;
    }

    private static LedgerSettings ReadLedger(DocumentScope scope)
    {
        string name = scope.Name("name");
        scope.Object("settings", settings => settings);
        var ledger = new LedgerSettings(name, scope.Raw("settings", "write the ledger's settings as an object, {} for none"));
        scope.End();
        return ledger;
    }
}
