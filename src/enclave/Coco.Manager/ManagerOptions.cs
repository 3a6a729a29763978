using Coco.Boundary;
using Coco.Consensus;
using Coco.Tee;

namespace Coco.Manager;

/// <summary>What a manager is composed of.</summary>
/// <param name="Configuration">The host's word: where to listen, what to ask for.</param>
/// <param name="Platform">The TEE that this program runs in.</param>
/// <param name="Sealing">Of that platform; null where it has none: then nothing outlasts a stop of all VNs.</param>
/// <param name="MeasureProgram">The digest of the program in a folder, in hex, as the code manifest names workers.</param>
/// <param name="Verifiers">Who judges the evidence of others.</param>
/// <param name="Consensus">The plugs that this build has.</param>
/// <param name="Log">One line of the VN's log.</param>
public sealed record ManagerOptions(
    NodeConfiguration Configuration, ITeePlatform Platform, ISealing? Sealing, Func<string, string> MeasureProgram, EvidenceVerifiers Verifiers, IReadOnlyList<IConsensusFactory> Consensus, Action<string> Log);
