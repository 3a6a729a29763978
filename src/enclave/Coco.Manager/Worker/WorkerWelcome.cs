using Coco.Boundary;
using Coco.Governance;

namespace Coco.Manager.Worker;

/// <summary>Tells a worker what to be.</summary>
internal static class WorkerWelcome
{
    public static void Send(
        Action<ManagerMessage> send, string node, GovernanceState state, ReadOnlyMemory<byte> settings, byte[] certificate, bool restoresSnapshot)
    {
        send(new Welcome(node, state.Constitution.Ledger.Name, settings.Length, PolicyOf(state), state.Version, certificate, restoresSnapshot));
        for (int at = 0; at < settings.Length; at += Boundary.Limits.SettingsPieceBytes)
            send(new SettingsPiece(settings.Slice(at, Math.Min(Boundary.Limits.SettingsPieceBytes, settings.Length - at))));
    }

    public static PolicyView PolicyOf(GovernanceState state) => new(
        (uint)state.Constitution.BatchLimits.MaxTransactions, (uint)state.Constitution.BatchLimits.MaxBytes, (ulong)state.Constitution.Submission.HoldMs, (uint)state.Constitution.Nodes.Length);
}
