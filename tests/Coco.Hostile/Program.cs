using Coco.Hostile;

// A worker that was taken over: run under the worker's user it tries what such a program would try, and prints one line for each
// attempt: "refused ATTEMPT: why" or "DONE ATTEMPT". Arguments: NAME=VALUE, see Targets.
Targets targets = Targets.Read(args);
foreach (Attempt attempt in (Attempt[])[.. ProcessAttempts.All(targets), .. FileAttempts.All(targets), .. await SocketAttempts.AllAsync(targets)])
    Console.WriteLine(attempt.Refusal is { } why ? $"refused {attempt.Name}: {why}" : $"DONE {attempt.Name}");
