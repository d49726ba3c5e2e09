using System.Globalization;
using Socorro.Benchmarks.Generated;

namespace Socorro.Benchmarks;

/// <summary>
/// Writes a symbol file of a chosen size and dumps deep in it, each with its true stacks: "generate FOLDER [MEGABYTES]".
/// </summary>
static class GenerateVerb
{
    const int DefaultMegaBytes = 391;

    static readonly (int Threads, int Frames)[] Shapes = [(1, 8), (64, 40), (500, 200)];

    public static void Run(ReadOnlySpan<string> args)
    {
        if (args is not [var folder, ..])
        {
            Console.Error.WriteLine("usage: generate FOLDER [MEGABYTES]");
            return;
        }

        var module = new GeneratedModule(
            args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : DefaultMegaBytes);
        var symbols = Path.Combine(folder, "symbols", GeneratedModule.Name, GeneratedModule.DebugId);
        Directory.CreateDirectory(symbols);
        using (var file = File.Create(Path.Combine(symbols, GeneratedModule.Name + ".sym")))
            module.WriteSymbols(file);
        foreach (var (threads, frames) in Shapes)
        {
            using var dump = File.Create(Path.Combine(folder, $"{threads}x{frames}.dmp"));
            using var truth = File.Create(Path.Combine(folder, $"{threads}x{frames}.truth.json"));
            GeneratedDump.Write(module, threads, frames, dump, truth);
        }

        Console.WriteLine($"{module.FunctionCount} functions");
    }
}
