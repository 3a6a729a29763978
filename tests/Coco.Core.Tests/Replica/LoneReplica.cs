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
    /// <summary>The number of its start, which answers to it repeat.</summary>
    public const ulong Boot = 7;

    private const int TickMs = 10;
    private const ulong StartMs = 1_800_000_000_000;

    private readonly MemoryDisk _disk = new();
    private readonly EntryCipher _cipher = new(new SecretKey(new byte[32]));
    private readonly ReplicaEffects _effects = new();
    private readonly Coco.Replica.Replica _replica;
    private readonly byte[] _otherKey = Governance.TestNetwork.NewPoint();
    private ulong _unixMs = StartMs;

    /// <param name="isNew">It founds its network; otherwise it has an empty disk and waits until one admits it.</param>
    /// <param name="others">Other members, of whose VNs none takes part yet.</param>
    public LoneReplica(IConsensusFactory plug, LeaseSettings? leases = null, bool isNew = true, params string[] others)
    {
        byte[] key = Governance.TestNetwork.NewPoint();
        Constitution constitution = Governance.TestNetwork.NewConstitution(["alder", .. others]) with { Leases = leases };
        var genesis = new GovernanceEntry.Genesis(
            StartMs, new Membership([new NodeId(1)], [], []), constitution.ToCanonicalBytes(), constitution.Nodes[0].Name, key, new byte[] { 1 });
        var start = new ReplicaStart(
            constitution.Nodes[0].Name, key, EntrySalt.Read(new byte[EntrySalt.Size]), Boot, plug,
            new Coco.Consensus.ConsensusSettings { ElectionTimeoutTicks = 10, HeartbeatTicks = 2 })
        {
            Signatures = AnySignature.Instance,
            NonceSeed = Hash256.Zero,
            JudgeEvidence = (_, _) => Refusal,
        };
        var chunks = new LedgerChunks(_disk, GovernanceEntryCodec.NetworkIdOf(genesis).Value, MerkleFrontier.Empty, Hash256.Zero);
        var empty = new RecoveredLog(isNew ? chunks : null, new MerkleLedger(), default, null, null, [], null);
        _replica = isNew ? Coco.Replica.Replica.Found(start, empty, _cipher, genesis) : Coco.Replica.Replica.Start(start, empty, null, false);
        if (!isNew) _replica.PrepareToJoin(_cipher, chunks);
    }

    /// <summary>What is said of evidence where an entry with it would stand.</summary>
    public string? Refusal { get; set; }

    public List<EvidenceCommittedEffect> Committed { get; } = [];

    public List<string> Alerts { get; } = [];

    public List<PeerMessage> Sent { get; } = [];

    /// <summary>Why it stopped; null: it goes on.</summary>
    public string? Halted { get; private set; }

    public void Dispose() => _cipher.Dispose();

    public void Pass(int milliseconds)
    {
        for (int passed = 0; passed < milliseconds && Halted is null; passed += TickMs) Give(new TickInput(_unixMs += TickMs));
    }

    /// <summary>Another VN says something.</summary>
    public void Hear(PeerMessage message, string from = "birch") => Give(new PeerInput(from, _otherKey, message));

    private void Give(ReplicaInput first)
    {
        var inputs = new Queue<ReplicaInput>([first]);
        while (Halted is null && inputs.TryDequeue(out ReplicaInput? input))
        {
            _effects.Clear();
            _replica.Step(input, _effects);
            for (int i = 0; i < _effects.Count; i++) Answer(_effects[i], inputs);
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
            case SendEffect send: Sent.Add(send.Message); break;
            case HaltEffect halt: Halted = halt.Reason; break;
        }
    }

    internal sealed class AnySignature : ISignatureVerifier
    {
        public static AnySignature Instance { get; } = new();

        public bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature) => true;
    }
}
