using Coco.Consensus.Raft;
using Coco.Core.Tests.Log;
using Coco.Crypto;
using Coco.Governance;
using Coco.Log;
using Coco.Primitives;
using Coco.Replica;

namespace Coco.Core.Tests.Replica;

/// <summary>What a leader commits of evidence (TEE-3): a sequencer that is alone in its network, and a shell that answers at once.</summary>
public sealed class RenewalTests : IDisposable
{
    private const ulong StartMs = 1_800_000_000_000;

    private readonly byte[] _key = Governance.TestNetwork.NewPoint();
    private readonly MemoryDisk _disk = new();
    private readonly List<EvidenceCommittedEffect> _committed = [];
    private readonly List<string> _alerts = [];
    private readonly EntryCipher _cipher = new(new SecretKey(new byte[32]));
    private readonly ReplicaEffects _effects = new();
    private readonly Coco.Replica.Replica _replica;
    private string? _refusal;
    private ulong _unixMs = StartMs;

    public RenewalTests()
    {
        Constitution constitution = Governance.TestNetwork.NewConstitution("alder") with { Leases = new LeaseSettings(200, 800) };
        var genesis = new GovernanceEntry.Genesis(
            StartMs, new Membership([new NodeId(1)], [], []), constitution.ToCanonicalBytes(), constitution.Nodes[0].Name, _key, new byte[] { 1 });
        var start = new ReplicaStart(
            constitution.Nodes[0].Name, _key, EntrySalt.Read(new byte[EntrySalt.Size]), 7, new RaftFactory(),
            new Coco.Consensus.ConsensusSettings { ElectionTimeoutTicks = 10, HeartbeatTicks = 2 })
        {
            Signatures = AnySignature.Instance,
            NonceSeed = Hash256.Zero,
            JudgeEvidence = (_, _) => _refusal,
        };
        var chunks = new LedgerChunks(_disk, GovernanceEntryCodec.NetworkIdOf(genesis).Value, MerkleFrontier.Empty, Hash256.Zero);
        var empty = new RecoveredLog(chunks, new MerkleLedger(), default, null, null, [], null);
        _replica = Coco.Replica.Replica.Found(start, empty, _cipher, genesis);
    }

    public void Dispose() => _cipher.Dispose();

    [Fact]
    public void Renewals_are_committed_and_every_VN_is_told_to_judge_them()
    {
        Pass(1_000);
        Assert.IsType<GovernanceEntry.Genesis>(_committed[0].Entry);
        EvidenceCommittedEffect renewed = _committed[1];
        Assert.IsType<GovernanceEntry.LeasesRenewed>(renewed.Entry);
        Assert.Equal(new NodeId(1), renewed.Before!.Nodes.Single().Id);
        Assert.Empty(_alerts);
    }

    [Fact]
    public void Evidence_that_held_when_it_came_and_does_not_where_its_entry_would_stand_is_not_committed()
    {
        Pass(1_000);
        int before = _committed.Count;
        _refusal = "measurement: gone from the manifest";
        Pass(1_000);
        Assert.Equal(before, _committed.Count);
        Assert.Contains(_alerts, text => text.Contains("measurement: gone", StringComparison.Ordinal));
        _refusal = null;
        Pass(1_000);
        Assert.True(_committed.Count > before);
    }

    private void Pass(int milliseconds)
    {
        var inputs = new Queue<ReplicaInput>();
        for (int passed = 0; passed < milliseconds; passed += 10)
        {
            inputs.Enqueue(new TickInput(_unixMs += 10));
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
            case EvidenceCommittedEffect committed: _committed.Add(committed); break;
            case AlertEffect alert: _alerts.Add(alert.Text); break;
        }
    }

    private sealed class AnySignature : ISignatureVerifier
    {
        public static AnySignature Instance { get; } = new();

        public bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> digest, ReadOnlySpan<byte> signature) => true;
    }
}
