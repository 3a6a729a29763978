using Coco.Primitives;
using Coco.Store;

namespace Coco.Core.Tests.Store;

/// <summary>Random histories against <see cref="StoreModel"/>; the seed is the test's argument and replays it.</summary>
public sealed class VersionedStoreModelTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 16)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Any_history_reads_as_the_model_says(int seed)
    {
        using var run = new Run(seed);
        for (int step = 0; step < 250; step++) run.Step();
        run.Finish();
    }

    /// <summary>A leader's store, a follower's that applies its write sets, the model, and open views.</summary>
    private sealed class Run(int seed) : IDisposable
    {
        private readonly Random _random = new(seed);
        private readonly VersionedStore _store = new(StoreModel.Maps);
        private readonly VersionedStore _follower = new(StoreModel.Maps, hashSeed: 99);
        private readonly StoreModel _model = new();
        private readonly List<StoreView> _views = [];
        private readonly HashSet<string> _touched = [];
        private int _head = -1, _committed = -1;

        public void Step()
        {
            switch (_random.Next(12))
            {
                case < 5: Execute(); break;
                case 5 or 6: Commit(); break;
                case 7: RollBack(); break;
                case 8 when _committed >= 0: _views.Add(_store.OpenCommitted()); break;
                case 9 when _views.Count > 0: CloseOne(); break;
                case 10 when _head >= 0: CheckHead(); break;
                case 11 when _committed >= 0 && _random.Next(8) == 0: CheckSnapshot(); break;
                default: CheckOneView(); break;
            }
        }

        public void Finish()
        {
            while (_views.Count > 0) CloseOne();
            if (_head < 0) Execute();
            _committed = _head;
            _store.Commit(new BatchNumber((ulong)_head));
            for (int i = 0; i < 40; i++) _store.Commit(new BatchNumber((ulong)_head));
            CheckSnapshot();
            Assert.Equal(_model.Head.Count, _store.Statistics.Keys);
            Assert.Equal(_model.Head.Count, _store.Statistics.Records);
            Assert.Equal(0, _store.Statistics.WaitingRecords);
            Assert.Equal(0, _store.Statistics.OpenViews);
        }

        public void Dispose()
        {
            foreach (StoreView view in _views) view.Dispose();
            _store.Dispose();
            _follower.Dispose();
        }

        private void Execute()
        {
            var version = new BatchNumber((ulong)(_head + 1));
            TransactionSet set = _store.Begin(version);
            SortedDictionary<string, byte[]> next = StoreModel.Copy(_model.Head);
            var savepoints = new List<(int Point, SortedDictionary<string, byte[]> State)>();
            for (int i = _random.Next(40); i > 0; i--) Change(set, ref next, savepoints);
            StoreModel.AssertEqual(next, set, _touched);
            if (_random.Next(6) == 0)
            {
                _store.Discard(set);
                return;
            }
            var writer = new ByteWriter();
            set.EncodeWriteSet(writer);
            _store.Seal(set);
            Assert.True(_follower.TryApply(version, writer.Span));
            _model.Add(next);
            _head++;
        }

        private void Change(
            TransactionSet set, ref SortedDictionary<string, byte[]> state,
            List<(int Point, SortedDictionary<string, byte[]> State)> savepoints)
        {
            MapId map = StoreModel.Maps[_random.Next(3)].Id;
            byte[] key = NextKey();
            string name = StoreModel.KeyOf(map, key);
            _touched.Add(name);
            switch (_random.Next(10))
            {
                case < 5:
                    byte[] value = NextValue();
                    set.Put(map, key, value);
                    state[name] = value;
                    break;
                case < 8:
                    set.Delete(map, key);
                    state.Remove(name);
                    break;
                case 8:
                    savepoints.Add((set.Savepoint(), StoreModel.Copy(state)));
                    break;
                default:
                    if (savepoints.Count == 0) break;
                    int at = _random.Next(savepoints.Count);
                    set.RevertTo(savepoints[at].Point);
                    state = StoreModel.Copy(savepoints[at].State);
                    savepoints.RemoveRange(at + 1, savepoints.Count - at - 1);
                    break;
            }
        }

        private byte[] NextKey()
        {
            int number = _random.Next(60);
            byte[] key = new byte[number % 5 == 0 ? number : 1 + (number % 3)];
            if (key.Length > 0) key[^1] = (byte)number;
            return key;
        }

        private byte[] NextValue()
        {
            byte[] value = new byte[_random.Next(20) == 0 ? _random.Next(5000) : _random.Next(40)];
            _random.NextBytes(value);
            return value;
        }

        private void Commit()
        {
            if (_head < 0) return;
            _committed = _random.Next(Math.Max(_committed, 0), _head + 1);
            _store.Commit(new BatchNumber((ulong)_committed));
            _follower.Commit(new BatchNumber((ulong)_committed));
        }

        private void RollBack()
        {
            if (_committed < 0)
            {
                _store.RollBackToCommitted();
                _follower.RollBackToCommitted();
                _head = -1;
            }
            else
            {
                _head = _random.Next(_committed, _head + 1);
                _store.RollBack(new BatchNumber((ulong)_head));
                _follower.RollBack(new BatchNumber((ulong)_head));
            }
            _model.RollBackTo(_head + 1);
        }

        private void CloseOne()
        {
            int at = _random.Next(_views.Count);
            Check(_views[at]);
            _views[at].Dispose();
            _views.RemoveAt(at);
        }

        private void CheckOneView()
        {
            if (_views.Count > 0) Check(_views[_random.Next(_views.Count)]);
        }

        private void Check(StoreView view) => StoreModel.AssertEqual(_model[view.Version], view, _touched);

        private void CheckHead()
        {
            using StoreView head = _store.OpenHead();
            Check(head);
        }

        /// <summary>The snapshot loads into an equal store, and a follower's is the same bytes.</summary>
        private void CheckSnapshot()
        {
            using var loader = new SnapshotLoader(StoreModel.Maps, hashSeed: 5);
            using (SnapshotWriter snapshot = _store.BeginSnapshot())
            {
                var chunk = new ByteWriter();
                while (snapshot.TryWriteNext(chunk, 1 + _random.Next(500)))
                {
                    Assert.True(loader.TryFeed(chunk.Span));
                    chunk.Clear();
                }
            }
            Assert.True(loader.TryFinish(out VersionedStore? loaded));
            using StoreView view = _store.OpenCommitted();
            using StoreView copy = loaded!.OpenCommitted();
            Assert.Equal(view.Version, copy.Version);
            StoreModel.AssertEqual(_model[view.Version], copy, _touched);
            Assert.Equal(_store.ComputeDigest(view), loaded.ComputeDigest(copy));
            if (_follower.Committed != view.Version) return;
            using StoreView other = _follower.OpenCommitted();
            Assert.Equal(_store.ComputeDigest(view), _follower.ComputeDigest(other));
        }
    }
}
