using Coco.Apps.Cli;

return await CommandLine.RunAsync(args);
