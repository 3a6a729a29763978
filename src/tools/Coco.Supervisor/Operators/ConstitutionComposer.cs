using System.Collections.Immutable;
using System.Text.Json;
using Coco.Governance;

namespace Coco.Supervisor;

/// <summary>Writes the first constitution of a network of separate operators from what each of them gave.</summary>
public static class ConstitutionComposer
{
    /// <summary>Members, VNs and code manifest from the entries, the rest from the template or as the defaults are.</summary>
    /// <param name="genesisFile">Of an Ethereum network: stays beside the constitution, which names it by its digest.</param>
    public static Constitution Compose(
        string network, IReadOnlyList<OperatorEntry> entries, string ledger, string? genesisFile, string? templateFile)
    {
        ImmutableArray<Member> members =
            [.. entries.DistinctBy(entry => entry.Organisation).Select(entry => new Member(entry.Organisation, CertificateOf(entry)))];
        ImmutableArray<ListedNode> nodes =
            [.. entries.Select(entry => entry.ToListed())];
        var code = new CodeManifest(
            Measurements(entries.Select(entry => entry.ManagerMeasurement)), Measurements(entries.Select(entry => entry.WorkerMeasurement)));
        var settings = new LedgerSettings(ledger, SettingsOf(ledger, genesisFile));
        Constitution composed = templateFile is { } file
            ? Read(file) with { Network = network, Members = members, Nodes = nodes, CodeManifest = code, Ledger = settings }
            : new Constitution(
                network, members, [], nodes, code, ManifestOf(entries), new VotingPolicy(new VoteRule.Majority(), []),
                BatchLimits.Default, ConsensusSettings.Default, IsSealingAllowed: true, IsRejoinAutomatic: true, SubmissionSettings.Default, settings)
            {
                Leases = LeaseSettings.Usual,
            };
        return Constitution.Parse(composed.ToCanonicalBytes(), out IReadOnlyList<DocumentError> errors)
            ?? throw new SupervisorException($"This does not make a valid constitution: {string.Join("; ", errors)}");
    }

    /// <summary>Throws with all that is wrong where the file is no valid constitution.</summary>
    public static Constitution Read(string file)
    {
        if (!File.Exists(file)) throw new SupervisorException($"There is no file {file}.", isMissing: true);
        return Constitution.Parse(File.ReadAllBytes(file), out IReadOnlyList<DocumentError> errors)
            ?? throw new SupervisorException($"{file} is not a valid constitution: {string.Join("; ", errors)}");
    }

    private static MemberCertificate CertificateOf(OperatorEntry entry) =>
        MemberCertificate.TryParsePem(entry.Certificate.Trim(), out MemberCertificate? certificate, out string? problem)
            ? certificate : throw new SupervisorException($"The certificate of {entry.Organisation} {problem}.");

    /// <summary>The software platform's evidence always says that it can be debugged: it is accepted where somebody runs on it.</summary>
    private static TeeManifest ManifestOf(IReadOnlyList<OperatorEntry> entries)
    {
        ImmutableArray<string> platforms = [.. entries.Select(entry => entry.Platform).Distinct().Order(StringComparer.Ordinal)];
        return new TeeManifest(platforms, IsDebugAllowed: platforms.Contains("software"));
    }

    private static ImmutableArray<string> Measurements(IEnumerable<string> measurements) =>
        [.. measurements.Select(text => text.Replace("0x", "", StringComparison.Ordinal)).Distinct().Order(StringComparer.Ordinal)];

    private static byte[] SettingsOf(string ledger, string? genesisFile)
    {
        if (ledger != "ethereum") return "{}"u8.ToArray();
        if (genesisFile is null || !File.Exists(genesisFile))
            throw new SupervisorException("An Ethereum network needs a genesis file: name it with --genesis.", isMissing: true);
        (string genesisSha256, ulong chainId) = GenesisDocument.Describe(genesisFile);
        return JsonSerializer.SerializeToUtf8Bytes(new { chainId, genesisSha256 });
    }
}
