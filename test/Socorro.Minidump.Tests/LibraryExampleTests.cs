using System.Runtime.CompilerServices;
using Socorro.Minidumps.Output;
using Socorro.Minidumps.Reasons;
using Socorro.Minidumps.Symbols;

namespace Socorro.Minidumps.Tests;

/// <summary>The examples of docs/stackwalk.md and docs/minidump.md, as they stand there.</summary>
public sealed class LibraryExampleTests
{
    static void Explain(string path, string symbolFolder)
    {
        // stackwalk.md
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

    static void Describe(byte[] bytes, TextWriter output)
    {
        // minidump.md
        if (!Minidump.TryOpen(bytes, Limits.Default, out var dump, out var refusal))
        {
            output.WriteLine(refusal.Message);          // no minidump: refusal.Error is "HeaderMismatch" or the like
            return;
        }

        var reason = CrashReason.Explain(dump);         // "SIGSEGV / SEGV_MAPERR", its address, its sender
        output.WriteLine($"{reason?.Text ?? "no crash"} on {dump.SystemInfo?.OsName}, {dump.Cpu}");
        foreach (var module in dump.Modules)
            output.WriteLine($"{module.Base:x} {module.LeafName} {module.DebugId}");
        foreach (var problem in dump.Problems)
            output.WriteLine(problem);                  // what was wrong, and did not keep the rest from being read
        // end
    }

    [Theory]
    [InlineData("stackwalk.md")]
    [InlineData("minidump.md")]
    public void The_example_in_the_documentation_is_this_code(string page)
    {
        var source = File.ReadAllText(SourceFile());
        var code = source.Split($"// {page}\n")[1].Split("        // end")[0];
        var example = string.Join('\n', code.Split('\n').Select(line => line.Length >= 8 ? line[8..] : line)).TrimEnd();
        var documentation = File.ReadAllText(Path.Combine(Path.GetDirectoryName(SourceFile())!, "..", "..", "docs", page));

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

    [Fact]
    public void The_shorter_example_describes_a_dump()
    {
        using var output = new StringWriter();
        Describe(File.ReadAllBytes(SharedData.Path("dumps", "breakpad", "minidump2.dmp")), output);
        Describe("no minidump, for sure: it is far too short"u8.ToArray(), output);

        Assert.StartsWith("EXCEPTION_ACCESS_VIOLATION_WRITE on Windows NT, X86", output.ToString());
        Assert.Contains("400000 test_app.exe 5A9832E5287241C1838ED98914E9B7FF1", output.ToString());
        Assert.Contains("does not begin with MDMP", output.ToString());
    }

    static string SourceFile([CallerFilePath] string file = "") => file;
}
