namespace Coco.Simulation.Clients;

/// <summary>Somebody who sends requests and reads, over and over.</summary>
internal interface ISimulatedClient
{
    void Start();

    /// <summary>No new operations; one that is under way goes on.</summary>
    void Stop();
}
