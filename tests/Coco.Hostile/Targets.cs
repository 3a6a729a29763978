namespace Coco.Hostile;

/// <summary>Whom to attack. Lists are separated by commas.</summary>
/// <param name="Processes">Process ids of managers, of the supervisor and of other nodes' workers.</param>
/// <param name="Secrets">Files that are nobody's business.</param>
/// <param name="Folders">Folders of managers and of other workers.</param>
/// <param name="Sockets">The supervisor's control socket and other nodes' boundaries.</param>
/// <param name="Boundary">The boundary of this worker's own manager, which has its worker.</param>
/// <param name="Admin">HOST:PORT of the administration endpoint.</param>
/// <param name="IsReading">Nothing is written, steered or ended: to see that reading works for who may.</param>
internal sealed record Targets(int[] Processes, string[] Secrets, string[] Folders, string[] Sockets, string? Boundary, string? Admin, bool IsReading)
{
    public static Targets Read(string[] arguments)
    {
        Dictionary<string, string> given = arguments.Select(argument => argument.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        string[] List(string name) => given.GetValueOrDefault(name, "").Split(',', StringSplitOptions.RemoveEmptyEntries);
        return new Targets(
            [.. List("processes").Select(int.Parse)], List("secrets"), List("folders"), List("sockets"), given.GetValueOrDefault("boundary"), given.GetValueOrDefault("admin"),
            given.GetValueOrDefault("reading") == "True");
    }
}

/// <summary>What was tried, and why it failed; null: it did not.</summary>
internal sealed record Attempt(string Name, string? Refusal)
{
    public static Attempt Try(string name, Action act)
    {
        try
        {
            act();
            return new Attempt(name, null);
        }
        catch (Exception refused) when (refused is UnauthorizedAccessException or IOException or InvalidOperationException)
        {
            return new Attempt(name, refused.Message);
        }
    }
}
