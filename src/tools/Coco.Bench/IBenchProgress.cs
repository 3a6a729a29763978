namespace Coco.Bench;

/// <summary>Where a run tells how far it is.</summary>
public interface IBenchProgress
{
    /// <summary>A step began.</summary>
    void Say(string step);

    /// <summary>Shows the results as they grow, until disposed.</summary>
    IDisposable Watch(string step, LoadResults results);
}
