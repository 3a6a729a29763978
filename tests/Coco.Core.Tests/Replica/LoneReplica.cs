using Coco.Core.Tests.Log;
using Coco.Crypto;
using Coco.Governance;
using Coco.Log;
using Coco.Primitives;
using Coco.Replica;
using IConsensusFactory = Coco.Consensus.IConsensusFactory;

namespace Coco.Core.Tests.Replica;

/// <summary>A sequencer that is alone in its network, and a shell that answers at once; no worker ever comes.</summary>
internal sealed class LoneReplica : IDisposable
{
    private const int TickMs = 10;
    private const ulong StartMs = 1_800_000_000_000;

    private readonly MemoryDisk _disk = new();
    private readonly EntryCipher _cipher = new(new SecretKey(new byte[32]));
    private readonly ReplicaEffects _effects = new();
    private readonly Coco.Replica.Replica _replica;
    private ulong _unixMs = StartMs;

    public LoneReplica(IConsensusFactory plug, LeaseSettings? leases = null)
    {
        byte[] key = Governance.TestNetwork.NewPoint();
        Constitution constitution = Governance.TestNetwork.NewConstitution("alder") with { Leases = leases };
        var genesis = new GovernanceEntry.Genesis(
            StartMs, new Membership([new NodeId(1)], [], []), constitution.ToCanonicalBytes(), constitution.Nodes[0].Name, key, new byte[] { 1 });
        var start = new ReplicaStart(
            constitution.Nodes[0].Name, key, EntrySalt.Read(new byte[EntrySalt.Size]), 7, plug,
            new Coco.Consensus.ConsensusSettings { ElectionTimeoutTicks = 10, HeartbeatTicks = 2 })
        {
            Signatures = AnySignature.Instance,
            NonceSeed = Hash256.Zero,
            JudgeEvidence = (_, _) => Refusal,
        };
        var chunks = new LedgerChunks(_disk, GovernanceEntryCodec.NetworkIdOf(genesis).Value, MerkleFrontier.Empty, Hash256.Zero);
        var empty = new RecoveredLog(chunks, new MerkleLedger(), default, null, null, [], null);
        _replica = Coco.Replica.Replica.Found(start, empty, _cipher, genesis);
    }

    /// <summary>What is said of evidence where an entry with it would stand.</summary>
    public string? Refusal { get; set; }

    public List<EvidenceCommittedEffect> Committed { get; } = [];

    public List<string> Alerts { get; } = [];

    public void Dispose() => _cipher.Dispose();

    public void Pass(int milliseconds)
    {
        var inputs = new Queue<ReplicaInput>();
        for (int passed = 0; passed < milliseconds; passed += TickMs)
        {
            inputs.Enqueue(new TickInput(_unixMs += TickMs));
            while (inputs.TryDequeue(out ReplicaInput? input))
            {
                _effects.Clear();
                _replica.Step(input, _effects);
                for (int i = 0; i < _effects.Count; i++) Answer(_effects[i], inputs);
            }
        }
    }

    private void Answer(ReplicaEffect effect, Queue<ReplicaInput> inputs)
    {
        switch (effect)
        {
            case SignEffect sign: inputs.Enqueue(new SignedInput(sign.Ticket, new byte[P256.SignatureSize])); break;
            case DiskEffect disk:
                _disk.Apply(disk.Operations);
                inputs.Enqueue(new DiskInput(disk.Ticket));
                break;
            case ProduceEvidenceEffect produce: inputs.Enqueue(new EvidenceProducedInput(produce.Nonce, produce.Nonce.Span.ToArray())); break;
            case JudgeEvidenceEffect judge: inputs.Enqueue(new EvidenceJudgedInput(judge.Node.Id, judge.Nonce, judge.Evidence, null)); break;
            case EvidenceCommittedEffect committed: Committed.Add(committed); break;
            case AlertEffect alert: Alerts.Add(alert.Text); break;
        }
    }

    private sealed class AnySignature : ISignatureVerifier
    {
        public static AnySignature Instance { get; } = new();

        public bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature) => true;
    }
}
