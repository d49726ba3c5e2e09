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

        Assert.Contains("kernel32.dll", state.Wanted.Select(key => key.CodeFile));
        Assert.Equal("5A9832E5287241C1838ED98914E9B7FF1", state.Wanted.Single(key => key.Stem == "test_app").DebugId);
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
