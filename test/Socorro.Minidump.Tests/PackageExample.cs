using Socorro.Minidumps.Output;
using Socorro.Minidumps.Symbols;

namespace Socorro.Minidumps.Tests;

/// <summary>The example of the package's README.md, as it stands there.</summary>
static class PackageExample
{
    public static void Run()
    {
        if (!Minidump.TryOpen(File.ReadAllBytes("crash.dmp"), Limits.Default, out var dump, out var refusal))
        {
            Console.Error.WriteLine(refusal.Message);
            return;
        }

        var state = StackWalker.Walk(dump, new SymbolStore(["symbols"]), WalkOptions.Default);

        Console.WriteLine(state.Reason?.Text ?? "no crash");                // SIGSEGV / SEGV_MAPERR
        HumanReport.Write(state, Console.Out, HumanOptions.Default);        // text for people
        File.WriteAllBytes("crash.json", JsonReport.ToUtf8(state).Span);    // JSON of minidump-stackwalk
    }
}
