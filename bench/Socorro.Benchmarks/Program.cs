using BenchmarkDotNet.Running;

namespace Socorro.Benchmarks;

static class Program
{
    static async Task Main(string[] args)
    {
        if (args is ["generate", ..])
            GenerateVerb.Run(args.AsSpan(1));
        else if (args is ["verify", ..])
            VerifyVerb.Run(args.AsSpan(1));
        else if (args is ["fill", ..])
            await FillVerb.RunAsync(args.AsMemory(1));
        else
            BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
    }
}
