using Coco.Evm;
using Coco.Ledgers.Ethereum;
using Coco.Simulation.Ledgers;
using Coco.Simulation.Nodes;
using Coco.Simulation.World;

namespace Coco.Simulation.Clients;

/// <summary>
/// One account: signs a transaction for one nonce after the other, and sends each again, also to other VNs, until it is executed; reads
/// its own nonce in between, of which it knows what a linearizable read must say.
/// </summary>
internal sealed class EthereumClient(Cluster cluster, int number, List<EthereumOperation> history) : ISimulatedClient
{
    private const long Ms = SimulationWorld.Millisecond;

    private readonly EthereumAccount _account = EthereumAccount.All[number - 1];
    private Host _host = cluster.Hosts[0];
    private ulong _nonce;
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
        if (Random.Chance(0.15)) _host = Random.Pick(cluster.Hosts);
        if (Random.Chance(0.2)) BeginRead();
        else BeginWrite();
    }

    private void BeginRead()
    {
        int attempt = ++_attempt;
        if (_host.Worker is not { } worker)
        {
            Move();
            return;
        }
        bool isLinearizable = Random.Chance(0.6);
        worker.Read(_account.Address.ToArray(), isLinearizable, answer => Arrive(attempt, () => OnRead(answer, isLinearizable)));
        World.After(2_000 * Ms, () =>
        {
            if (_attempt == attempt) Move();
        });
    }

    private void OnRead(ClientAnswer answer, bool isLinearizable)
    {
        if (answer.Kind == AnswerKind.Read)
        {
            ulong read = BitConverter.ToUInt64(answer.Value!);
            if (read > _nonce || (isLinearizable && read < _nonce))
                World.Violate("linearizability", $"client {number} reads nonce {read} at {_host.Name}, and {_nonce} of its transactions were executed");
            World.Trace.Add(World.Now, 100 + number, "read", read);
        }
        Think();
    }

    private void BeginWrite()
    {
        Address to = Random.Chance(0.5) ? EthereumTwin.Counter : Random.Pick(EthereumAccount.All).Address;
        EthereumTransaction transaction = _account.Sign(_nonce, to, to == EthereumTwin.Counter ? 0 : (ulong)Random.Between(0, 1_000));
        var operation = new EthereumOperation { Client = number, Hash = transaction.Hash, InvokedAt = World.Now };
        history.Add(operation);
        Send(operation, transaction.Raw.ToArray());
    }

    private void Send(EthereumOperation operation, byte[] request)
    {
        if (World.IsBroken) return;
        int attempt = ++_attempt;
        if (_host.Worker is not { } worker)
        {
            TryAgain(operation, request);
            return;
        }
        World.After(Random.Between(100, 2_000), () => worker.Submit(request, answer => Arrive(attempt, () => OnAnswer(operation, request, answer))));
        World.After(Random.Between(600, 3_000) * Ms, () =>
        {
            if (_attempt != attempt) return;
            World.CountFault("clientTimeout", _host.Name);
            TryAgain(operation, request);
        });
    }

    private void OnAnswer(EthereumOperation operation, byte[] request, ClientAnswer answer)
    {
        if (answer.Kind != AnswerKind.Executed)
        {
            TryAgain(operation, request);
            return;
        }
        operation.CompletedAt = World.Now;
        _nonce++;
        World.Counters.Acknowledged++;
        World.Trace.Add(World.Now, 100 + number, "acknowledged", _nonce);
        Think();
    }

    private void TryAgain(EthereumOperation operation, byte[] request)
    {
        _attempt++;
        if (Random.Chance(0.6)) GoElsewhere();
        if (!_isStopped) World.After(Random.Between(5, 250) * Ms, () => Send(operation, request));
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
