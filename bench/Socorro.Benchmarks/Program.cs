using BenchmarkDotNet.Running;

namespace Socorro.Benchmarks;

static class Program
{
    static void Main(string[] args)
    {
        if (args is ["generate", ..])
            GenerateVerb.Run(args.AsSpan(1));
        else if (args is ["verify", ..])
            VerifyVerb.Run(args.AsSpan(1));
        else
            BenchmarkSwitcher.FromAssembly(typeof(Program).Assembly).Run(args);
    }
}
