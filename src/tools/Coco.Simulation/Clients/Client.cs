using System.Text;
using Coco.Ledgers.KeyValue;
using Coco.Primitives;
using Coco.Simulation.Nodes;
using Coco.Simulation.World;

namespace Coco.Simulation.Clients;

/// <summary>Submits and reads, one operation after the other; sends a request again, also to other VNs, until it has an answer or gives up.</summary>
internal sealed class Client(Cluster cluster, int number, List<Operation> history) : ISimulatedClient
{
    private const long Ms = SimulationWorld.Millisecond;
    private const int MaxTries = 6;
    private const ulong LifeMs = 300_000;

    /// <summary>Where random values and times go, which nobody can foretell and no read looks at.</summary>
    private const string DrawnKey = "drawn";

    private static readonly string[] Keys = ["a", "b", "c", "d", "e", "f"];

    private readonly Dictionary<string, string?> _known = [];
    private Host _host = cluster.Hosts[0];
    private int _operations;
    private int _attempt;
    private bool _isStopped;

    private SimulationWorld World => cluster.World;
    private SimulationRandom Random => cluster.World.Random;

    public void Start() => Think();

    public void Stop() => _isStopped = true;

    private void Think() => World.After(Random.Between(5, 110) * Ms, Begin);

    private void Begin()
    {
        if (_isStopped || World.IsBroken) return;
        _operations++;
        if (Random.Chance(0.15)) _host = Random.Pick(cluster.Hosts);
        string key = Random.Pick(Keys);
        if (Random.Chance(0.3)) BeginRead(key);
        else BeginWrite(key);
    }

    private void BeginRead(string key)
    {
        var operation = new Operation { Client = number, Key = key, InvokedAt = World.Now, IsLinearizable = Random.Chance(0.6) };
        int attempt = ++_attempt;
        if (_host.Worker is not { } worker)
        {
            Move();
            return;
        }
        worker.Read(Encoding.UTF8.GetBytes(key), operation.IsLinearizable, answer => Arrive(attempt, () => OnRead(operation, answer)));
        World.After(2_000 * Ms, () =>
        {
            if (_attempt == attempt) Move();
        });
    }

    private void OnRead(Operation operation, ClientAnswer answer)
    {
        if (answer.Kind == AnswerKind.Read)
        {
            operation.CompletedAt = World.Now;
            operation.ReadValue = answer.Value is null ? null : Encoding.UTF8.GetString(answer.Value);
            operation.Version = answer.Version;
            _known[operation.Key] = operation.ReadValue;
            history.Add(operation);
            World.Trace.Add(World.Now, 100 + number, "read", answer.Version.Value);
        }
        Think();
    }

    private void BeginWrite(string key)
    {
        KeyValueOperation kind = Random.Below(20) switch
        {
            < 10 => KeyValueOperation.Put,
            < 16 => KeyValueOperation.CompareAndSet,
            < 18 => KeyValueOperation.Delete,
            18 => KeyValueOperation.Random,
            _ => KeyValueOperation.Now,
        };
        string place = kind is KeyValueOperation.Random or KeyValueOperation.Now ? DrawnKey : key;
        string id = $"{number}-{_operations}";
        string? expected = _known.GetValueOrDefault(key);
        string value = $"{number}.{_operations}";
        var writer = new ByteWriter();
        KeyValueTransaction.EncodeRequest(
            writer, kind, _host.UnixMs + LifeMs, Encoding.ASCII.GetBytes(id), Encoding.UTF8.GetBytes(place),
            expected is null ? (ReadOnlyMemory<byte>?)null : Encoding.UTF8.GetBytes(expected), Encoding.UTF8.GetBytes(value));
        byte[] request = writer.ToArray();
        KeyValueTransaction.TryDecode(request, out KeyValueTransaction? transaction);
        var operation = new Operation
        {
            Client = number,
            Key = place,
            InvokedAt = World.Now,
            Kind = kind,
            Id = transaction!.Id,
            Request = request,
            Expected = expected,
            Value = value,
        };
        history.Add(operation);
        Send(operation, 1);
    }

    private void Send(Operation operation, int tried)
    {
        if (World.IsBroken) return;
        int attempt = ++_attempt;
        if (_host.Worker is not { } worker)
        {
            World.After(Random.Between(5, 50) * Ms, () => TryAgain(operation, tried));
            return;
        }
        World.After(Random.Between(100, 2_000), () => worker.Submit(
            operation.Request, answer => Arrive(attempt, () => OnAnswer(operation, answer, tried))));
        World.After(Random.Between(600, 3_000) * Ms, () =>
        {
            if (_attempt != attempt) return;
            World.CountFault("clientTimeout", _host.Name);
            TryAgain(operation, tried);
        });
    }

    private void OnAnswer(Operation operation, ClientAnswer answer, int tried)
    {
        bool isExecuted = answer.Kind == AnswerKind.Executed || (answer.Kind == AnswerKind.Refused && answer.Code == KeyValueRefusals.AlreadyExecuted.Code);
        if (!isExecuted)
        {
            TryAgain(operation, tried);
            return;
        }
        operation.CompletedAt = World.Now;
        if (answer.Kind == AnswerKind.Executed) operation.IsApplied = answer.Outcome.IsApplied;
        if (answer.Kind == AnswerKind.Executed) operation.Version = answer.Outcome.Batch;
        World.Counters.Acknowledged++;
        World.Trace.Add(World.Now, 100 + number, "acknowledged", operation.Version?.Value ?? 0);
        if (operation.IsApplied == true) _known[operation.Key] = operation.Kind == KeyValueOperation.Delete ? null : operation.Value;
        Think();
    }

    private void TryAgain(Operation operation, int tried)
    {
        _attempt++;
        if (Random.Chance(0.6)) GoElsewhere();
        if (tried >= MaxTries) Think();
        else World.After(Random.Between(5, 250) * Ms, () => Send(operation, tried + 1));
    }

    private void Move()
    {
        _attempt++;
        GoElsewhere();
        Think();
    }

    private void GoElsewhere()
    {
        World.CountFault("clientMove", _host.Name);
        _host = Random.Pick(cluster.Hosts);
    }

    /// <summary>The way back takes a moment, and an answer that its client no longer waits for is lost.</summary>
    private void Arrive(int attempt, Action action) => World.After(Random.Between(50, 1_500), () =>
    {
        if (_attempt != attempt) return;
        _attempt++;
        action();
    });
}
