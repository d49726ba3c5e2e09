using System.Runtime.CompilerServices;
using Socorro.Minidumps.Output;
using Socorro.Minidumps.Symbols;

namespace Socorro.Minidumps.Tests;

/// <summary>The example of docs/stackwalk.md, as it stands there.</summary>
public sealed class LibraryExampleTests
{
    static void Explain(string path, string symbolFolder)
    {
        // example
        if (!Minidump.TryOpen(File.ReadAllBytes(path), Limits.Default, out var dump, out var refusal))
        {
            Console.Error.WriteLine(refusal.Message);
            return;
        }

        var symbols = new SymbolStore([symbolFolder]);
        var state = StackWalker.Walk(dump, symbols, WalkOptions.Default);

        Console.WriteLine(state.Reason?.Text ?? "no crash");
        foreach (var frame in state.CrashingThread is { } crashed ? state.Threads[crashed].Stack.Frames : [])
            Console.WriteLine($"{frame.Instruction:x} {frame.Location.Function ?? "?"} ({frame.Trust})");

        HumanReport.Write(state, Console.Out, HumanOptions.Default);
        File.WriteAllBytes(path + ".json", JsonReport.ToUtf8(state).Span);
        // end
    }

    [Fact]
    public void The_example_in_the_documentation_is_this_code()
    {
        var source = File.ReadAllText(SourceFile());
        var code = source.Split("// example\n")[1].Split("        // end")[0];
        var example = string.Join('\n', code.Split('\n').Select(line => line.Length >= 8 ? line[8..] : line)).TrimEnd();
        var documentation = File.ReadAllText(
            Path.Combine(Path.GetDirectoryName(SourceFile())!, "..", "..", "docs", "stackwalk.md"));

        Assert.Contains($"```csharp\n{example}\n```", documentation);
    }

    [Fact]
    public void The_example_explains_a_dump()
    {
        var copy = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        File.Copy(SharedData.Path("dumps", "breakpad", "minidump2.dmp"), copy);
        File.SetAttributes(copy, FileAttributes.Normal);

        Explain(copy, SharedData.Path("dumps", "breakpad", "symbols"));

        Assert.StartsWith("{\"crash_info\":", File.ReadAllText(copy + ".json"));
        File.Delete(copy);
        File.Delete(copy + ".json");
    }

    static string SourceFile([CallerFilePath] string file = "") => file;
}
