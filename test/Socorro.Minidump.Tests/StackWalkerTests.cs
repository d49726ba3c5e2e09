using System.Text.Json.Nodes;
using Socorro.Minidumps.Unwinding;

namespace Socorro.Minidumps.Tests;

public sealed class StackWalkerTests
{
    [Theory]
    [InlineData("minidump2.human.json")]
    [InlineData("minidump2.machine.json")]
    public void Finds_the_crashing_threads_frames_as_breakpad_does(string file)
    {
        var expected = JsonNode.Parse(File.ReadAllText(SharedData.Path("cases", "stackwalk", "breakpad-out", file)))!;
        var state = Walks.Walk("breakpad/minidump2.dmp", "breakpad/symbols");
        var frames = state.Threads[state.CrashingThread!.Value].Stack.Frames;

        Assert.Equal(Describe(expected["expect"]!["threads"]!), frames.Select(frame => Describe(state, frame, file)));
    }

    [Fact]
    public void Says_which_symbols_it_wished_for()
    {
        var state = Walks.Walk("breakpad/minidump2.dmp");

        Assert.Equal(["kernel32.dll", "test_app.exe"], state.Wanted.Select(key => key.CodeFile).Order());
        Assert.Equal("5A9832E5287241C1838ED98914E9B7FF1", state.Wanted.Single(key => key.Stem == "test_app").DebugId);
    }

    [Fact]
    public void Wishes_first_for_the_symbols_of_the_crashed_thread()
    {
        var state = Walks.Walk("linux-x86/threads.dmp");
        var orders = Enumerable.Range(0, state.Threads.Count).Select(thread => WantedIf(thread).ToList()).ToList();

        Assert.All(orders, isCrashed => Assert.Equal(isCrashed.OrderDescending(), isCrashed));
        Assert.Contains(orders, isCrashed => isCrashed.Contains(false));

        IEnumerable<bool> WantedIf(int thread)
        {
            var crashed = state.Threads[thread].Stack.Frames
                .Where(frame => frame.Location.Module >= 0)
                .Select(frame => state.Dump.Modules[frame.Location.Module].LeafName);
            return (state with { CrashingThread = thread }).Wanted.Select(key => crashed.Contains(key.CodeFile));
        }
    }

    [Fact]
    public void Stops_at_the_deadline_with_what_it_has()
    {
        var options = new WalkOptions { Limits = Limits.Default with { Deadline = TimeSpan.Zero } };

        var state = StackWalker.Walk(OpenDeep(), Walks.GetStore("symbols-linux"), options);

        Assert.Equal("LimitReached", state.Status);
        Assert.All(state.Threads, thread => Assert.Equal(StackEnd.Limit, thread.Stack.End));
    }

    [Theory]
    [InlineData(100, 4_000_000)]
    [InlineData(1000, 100)]
    public void Keeps_no_more_frames_than_the_limits_allow(int perThread, int total)
    {
        var options = new WalkOptions { Limits = Limits.Default with { MaxFrames = perThread, MaxTotalFrames = total } };

        var state = StackWalker.Walk(OpenDeep(), Walks.GetStore("symbols-linux"), options);

        var stack = state.Threads[state.CrashingThread!.Value].Stack;
        Assert.Equal((100, StackEnd.Limit), (stack.Frames.Count, stack.End));
    }

    [Fact]
    public void Shares_what_it_knows_of_an_address_between_frames()
    {
        var state = StackWalker.Walk(OpenDeep(), Walks.GetStore("symbols-linux"), WalkOptions.Default);

        var frames = state.Threads[state.CrashingThread!.Value].Stack.Frames;
        Assert.Same(frames[10].Location, frames[20].Location);
        Assert.Equal("recurse_n(int)", frames[10].Location.Function);
        Assert.InRange(frames.Count, 900, 910);
    }

    static Minidump OpenDeep()
    {
        var dump = RealDumps.Open("linux-amd64", "deep900.dmp");
        return dump;
    }

    static IEnumerable<string> Describe(JsonNode threads) => threads is JsonArray human
        ? human[0]!["frames"]!.AsArray().Select(frame => $"{frame!["text"]} {frame["trust"]}")
        : threads["0"]!.AsArray().Select(frame =>
            $"{frame!["module"]}|{frame["function"]}|{frame["file"]}|{frame["line"]}|{frame["offset"]}");

    // Breakpad counts a caller's offset from the return address, one byte behind the call.
    static string Describe(ProcessState state, Frame frame, string file)
    {
        var location = frame.Location;
        var module = state.Modules[location.Module].Module.LeafName;
        var offset = $"0x{frame.Pc - (location.Line > 0 ? location.LineBase : location.FunctionBase):x}";
        if (file.Contains("machine", StringComparison.Ordinal))
        {
            var line = location.Line > 0 ? $"{location.Line}" : "";
            return $"{module}|{location.Function}|{location.File}|{line}|{offset}";
        }

        var place = location.Line > 0
            ? $"[{location.File!.Split('\\', '/')[^1]} : {location.Line} + {offset}]"
            : $"+ {offset}";
        return $"{module}!{location.Function} {place} {frame.Trust.Word}";
    }
}
