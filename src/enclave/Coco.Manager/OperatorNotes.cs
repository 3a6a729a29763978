using System.Text.Json;
using Coco.Boundary;
using Coco.Manager.Admin;
using Coco.Manager.Disk;

namespace Coco.Manager;

/// <summary>
/// What the host's programs read in files while this VN is not in its network: before the admission there is no certificate for an
/// admin endpoint.
/// </summary>
internal sealed class OperatorNotes(NodeConfiguration configuration)
{
    private volatile ManagerRefusal? _refusal;
    private string _needs = "";

    /// <summary>Why this VN was not let in; null: nobody has refused it.</summary>
    public ManagerRefusal? Refusal => _refusal;

    public void Refused(ManagerRefusal refusal)
    {
        _refusal = refusal;
        PosixFiles.Replace(configuration.RefusalFile, JsonSerializer.SerializeToUtf8Bytes(refusal, ManagerJson.Default.ManagerRefusal));
    }

    /// <summary>What an operator must do before this VN can go on; empty: nothing.</summary>
    public void Needs(string needs)
    {
        if (needs == _needs) return;
        _needs = needs;
        if (needs.Length > 0) PosixFiles.Replace(configuration.NeedsFile, System.Text.Encoding.UTF8.GetBytes(needs));
        else File.Delete(configuration.NeedsFile);
    }

    public void Admitted()
    {
        _refusal = null;
        _needs = "";
        File.Delete(configuration.RefusalFile);
        File.Delete(configuration.NeedsFile);
    }
}
