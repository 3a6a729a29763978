using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Coco.Conformance;

/// <summary>One case of a cases.json: evidence by role, and what must become of it.</summary>
public sealed class EvidenceCase
{
    /// <summary>The roles that are files named in the case itself; other kinds find theirs in a folder.</summary>
    private static readonly string[] NamedRoles = ["report", "ek", "roots", "quote", "collateral", "root", "evidence", "log", "crl"];

    private static readonly (string Role, string File)[] VbsRoles =
        [("wbcl", "wbcl.bin"), ("quote", "tpm_quote.msg"), ("sig", "tpm_quote.sig"), ("aik", "aik_cert.der"), ("aik_ca", "aik_ca.der"), ("bound", "bound.json"), ("nonce", "nonce.bin")];

    private readonly JsonElement _case;
    private readonly string _folder;

    private EvidenceCase(JsonElement @case, string folder) => (_case, _folder) = (@case, folder);

    public string Id => Text("id");
    public string Kind => Text("kind");
    public bool IsAccepted => Text("expect") == "accept";
    public string Reason => Text("reason");
    public string Note => Text("note");
    public string Tee => Text("tee");
    public string? Nonce => _case.Field("nonce_ascii")?.GetString();
    public JsonElement? Policy => _case.Field("policy");

    public DateTimeOffset Time => DateTimeOffset.Parse(Text("time"), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal);

    /// <summary>The bytes of each role, changed as the case says.</summary>
    public Dictionary<string, byte[]> Files { get; } = [];

    /// <param name="folder">The paths of the case are relative to it.</param>
    public static EvidenceCase Read(JsonElement @case, string folder)
    {
        var read = new EvidenceCase(@case, folder);
        read.ReadFiles();
        read.Mutate();
        return read;
    }

    /// <summary>A file that the policy names.</summary>
    public byte[] Open(string path) => File.ReadAllBytes(Path.Combine(_folder, path));

    private void ReadFiles()
    {
        bool isInFolder = _case.Field("dir") is not null;
        string own = isInFolder ? Text("dir") : "";
        foreach (string role in NamedRoles)
            if (_case.Field(role) is { } path) Files[role] = Open(isInFolder && role == "report" ? Path.Combine(own, path.GetString()!) : path.GetString()!);
        if (!isInFolder) return;
        IEnumerable<(string Role, string File)> others = Kind == "vbs-enclave" ? VbsRoles : [("quote", "quote.dat"), ("quote", "quote.bin")];
        foreach ((string role, string file) in others)
            if (File.Exists(Path.Combine(_folder, own, file))) Files[role] = Open(Path.Combine(own, file));
    }

    private void Mutate()
    {
        if (_case.Field("mutate") is not { } changes) return;
        foreach (JsonElement change in changes.EnumerateArray())
        {
            string role = change[0].GetString()!;
            if (!Files.TryGetValue(role, out byte[]? bytes)) throw new UnknownFormatException($"The case {Id} changes a file '{role}' that it does not have.");
            bytes[change[1].GetInt32()] ^= (byte)change[2].GetInt32();
        }
    }

    private string Text(string name) => _case.Field(name) is { } field ? field.GetString() ?? "" : "";
}
