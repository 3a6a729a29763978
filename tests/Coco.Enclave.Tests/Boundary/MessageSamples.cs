using System.Text;
using Coco.Boundary;
using Coco.Primitives;

namespace Coco.Enclave.Tests.Boundary;

/// <summary>Messages of every kind with drawn fields, and bytes that are almost messages.</summary>
internal sealed class MessageSamples(int seed)
{
    private readonly Random _random = new(seed);

    public ManagerMessage[] OfManager() =>
    [
        new Welcome(Text(), Text(), _random.Next(Limits.MaxSettingsBytes + 1), Policy(), new GovernanceVersion(Number()), Bytes(), Bool()),
        new SettingsPiece(Bytes()),
        new PolicyChanged(new GovernanceVersion(Number()), Policy()),
        new SnapshotPiece(Bytes(), Bool()),
        new RoleMessage(new Term(Number()), Bool(), Bool(), new GovernanceVersion(Number())),
        new ApplyBatch(new LogIndex(Number()), Bytes()),
        new BatchCommitted(new BatchNumber(Number()), new LogIndex(Number())),
        new ProposalRefused(Number(), new BatchNumber(Number()), new GovernanceVersion(Number())),
        new Forwarded(new NodeId(Number()), Bytes()),
        new ForwardAnswered(Bytes()),
        new HistoryAnswer(Number(), new LogIndex(Number()), Bytes()),
        new ReadIndexAnswer(Number(), Bool()),
        new SnapshotWanted(Number()),
        new SegmentListAnswer(Number(), Enumerable.Range(0, _random.Next(4)).Select(_ => new SegmentName(Hash(), (uint)Number())).ToArray()),
        new SegmentStored(Number(), new SegmentName(Hash(), (uint)Number())),
        new SegmentAnswer(Number(), Bytes()),
        new LogAnswer(Number(), new LogIndex(Number()), Enumerable.Range(0, _random.Next(4)).Select(_ => new LoggedBatch(new LogIndex(Number()), Bytes())).ToArray()),
        new SnapshotMore(Number()),
        new EvidenceWanted(Hash()),
        ManagerBeat.Instance,
    ];

    public WorkerMessage[] OfWorker() =>
    [
        new Hello((ushort)Number(), (int)Number(), Bytes()),
        new Ready(Bool() ? new BatchNumber(Number()) : null),
        new Failed(Text()),
        new ProposeBatch(new Term(Number()), new GovernanceVersion(Number()), Number(), new BatchNumber(Number()), (uint)Number(), Hash(), Bytes()),
        new Forward(Bytes()),
        new AnswerForward(new NodeId(Number()), Bytes()),
        new HistoryQuestion(Number(), new LogIndex(Number())),
        new ReadIndexQuestion(Number()),
        new SnapshotWritten(Number(), new BatchNumber(Number()), Bytes(), Bool()),
        SnapshotPieceTaken.Instance,
        new BatchApplied(new BatchNumber(Number())),
        Serving.Instance,
        new SegmentListQuestion(Number()),
        new SegmentPiece(Number(), new LogIndex(Number()), Bytes(), Bool()),
        new SegmentAbandoned(Number()),
        new SegmentQuestion(Number(), Hash(), (uint)Number(), (uint)Number()),
        new SegmentDropped(Hash()),
        new LogQuestion(Number(), new LogIndex(Number())),
        new EvidenceGiven(Hash(), Bytes()),
        new WorkerBeat(new WorkerFigures(Number(), Number(), Number(), Number(), Number(), Number(), Number(), Number())),
    ];

    /// <summary>A few bytes changed, cut off, doubled or appended.</summary>
    public byte[] Mutate(ReadOnlySpan<byte> valid)
    {
        var bytes = new List<byte>(valid.ToArray());
        for (int changes = _random.Next(1, 4); changes > 0; changes--)
        {
            int at = _random.Next(bytes.Count + 1);
            switch (_random.Next(4))
            {
                case 0 when at < bytes.Count: bytes[at] = (byte)_random.Next(256); break;
                case 1: bytes.RemoveRange(at, bytes.Count - at); break;
                case 2: bytes.InsertRange(at, bytes.Take(_random.Next(8)).ToArray()); break;
                case 3 when at < bytes.Count: bytes[at] ^= (byte)(1 << _random.Next(8)); break;
            }
        }
        return [.. bytes];
    }

    public byte[] Bytes()
    {
        byte[] bytes = new byte[_random.Next(4) == 0 ? 0 : _random.Next(1, 64)];
        _random.NextBytes(bytes);
        return bytes;
    }

    private ulong Number() => _random.Next(3) switch { 0 => (ulong)_random.Next(300), 1 => ulong.MaxValue, _ => (ulong)_random.NextInt64() };

    private bool Bool() => _random.Next(2) == 0;

    private PolicyView Policy() => new((uint)Number(), (uint)Number(), Number(), (uint)Number());


    private string Text()
    {
        var text = new StringBuilder();
        for (int i = _random.Next(12); i > 0; i--) text.Append(new Rune(_random.Next(2) == 0 ? _random.Next(' ', 0x7f) : _random.Next(0xe000, 0x10ffff)));
        return text.ToString();
    }

    private Hash256 Hash()
    {
        byte[] bytes = new byte[Hash256.Size];
        _random.NextBytes(bytes);
        return new Hash256(bytes);
    }
}
