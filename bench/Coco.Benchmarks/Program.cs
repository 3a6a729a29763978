if (args is ["--memory"]) Coco.Benchmarks.Postings.SyntheticTransfers.ShowMemory();
else BenchmarkDotNet.Running.BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
