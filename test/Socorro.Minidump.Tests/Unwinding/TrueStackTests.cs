using System.Text;
using System.Text.Json.Nodes;
using Socorro.Minidumps.Unwinding;

namespace Socorro.Minidumps.Tests.Unwinding;

/// <summary>Compares stacks with those that a debugger saw in the same program at the same place.</summary>
public sealed class TrueStackTests
{
    // The debugger makes these up from what it knows of tail calls: no trace of them is on the stack.
    static readonly string[] TailCalls = ["__pthread_kill_internal"];

    // The symbol file gives a function's first instruction the line of its brace, the debugger that of its first statement.
    static readonly string[] CrashedInFirstInstruction = ["null.dmp", "threads.dmp"];

    // The stack pointer was in the guard page when the dump was written, and no stack was saved.
    static readonly string[] WithoutStack = ["stackoverflow.dmp"];

    [Fact]
    public void Finds_the_frames_that_the_debugger_saw_and_inlined_ones_too()
    {
        var failures = new List<string>();
        var inlined = 0;
        foreach (var truth in ReadTruth())
        {
            var name = ((string)truth["dump"]!).Split('/')[^1];
            var state = Walks.Walk($"linux-amd64/{name}", "symbols-linux");
            var actual = state.Threads[state.CrashingThread!.Value].Stack.Frames;
            var expected = ReadCalls(truth).ToList();
            if (WithoutStack.Contains(name))
                expected = expected[..1];
            if (CrashedInFirstInstruction.Contains(name))
                expected[0] = expected[0] with { File = null };

            var wrong = Enumerable.Range(0, expected.Count)
                .Where(i => i >= actual.Count || !IsSame(expected[i], state, actual[i]))
                .Select(i => $"{name} {i}: {expected[i]} {actual.ElementAtOrDefault(i).Location?.Function}");
            failures.AddRange(wrong);
            inlined += actual.Take(expected.Count).Sum(frame => frame.Location.Inlines.Count);
        }

        Assert.Equal("", string.Join("\n", failures));
        Assert.Equal(3, inlined);
    }

    [Fact]
    public void Invents_no_frame_below_the_first_one()
    {
        var failures = new List<string>();
        foreach (var file in Directory.GetFiles(SharedData.Path("dumps", "linux-amd64")).Order())
        {
            var name = Path.GetFileName(file);
            var state = Walks.Walk($"linux-amd64/{name}", "symbols-linux");
            foreach (var thread in state.Threads.Where(thread => thread.Stack.Frames.Count > 0))
            {
                var end = WithoutStack.Contains(name) ? StackEnd.Truncated : StackEnd.Complete;
                if (thread.Stack.End != end || thread.Stack.Frames.Any(frame => frame.Trust == FrameTrust.Scan))
                    failures.Add($"{name} {thread.Record.Id}: {thread.Stack.End}");
                if (end == StackEnd.Complete && !IsStart(thread.Stack.Frames[^1].Location.Function))
                    failures.Add($"{name} {thread.Record.Id}: {thread.Stack.Frames[^1].Location.Function}");
            }
        }

        Assert.Equal("", string.Join("\n", failures));

        static bool IsStart(string? function) => function is "_start" or "__clone" or "clone3" or "__clone3";
    }

    static IEnumerable<JsonNode> ReadTruth() =>
        JsonNode.Parse(File.ReadAllText(SharedData.Path("cases", "stackwalk", "truth", "linux-amd64.json")))!
            ["cases"]!.AsArray().Select(truth => truth!);

    static IEnumerable<TrueFrame> ReadCalls(JsonNode truth)
    {
        var inlined = new List<TrueFrame>();
        foreach (var columns in truth["frames"]!.AsArray().Select(frame => frame!.AsArray()))
        {
            var frame = new TrueFrame(
                (string?)columns[0], (string?)columns[1], (uint?)columns[2], (string?)columns[4], [.. inlined]);
            if ((bool)columns[3]!)
            {
                inlined.Add(frame);
            }
            else if (!TailCalls.Contains(frame.Function))
            {
                yield return frame;
                inlined.Clear();
            }
        }
    }

    // Where the debugger had no name, symbols may have one. Symbols may lack lines and inlined calls that it had; then
    // what is there must still be right.
    static bool IsSame(TrueFrame expected, ProcessState state, Frame actual)
    {
        var location = actual.Location;
        var module = location.Module < 0 ? null : state.Modules[location.Module].Module.LeafName;
        var isWhole = location.Line > 0 && location.Inlines.Count == expected.Inlined.Count;
        return IsSameName(expected.Function, location.Function)
            && expected.Module == module
            && (!isWhole || expected.File is null || IsSamePlace(expected, location.File, location.Line))
            && location.Inlines.Count <= expected.Inlined.Count
            && location.Inlines.Zip(expected.Inlined.Reverse().Take(location.Inlines.Count).Reverse()).All(pair =>
                IsSameName(pair.Second.Function, pair.First.Function)
                && IsSamePlace(pair.Second, pair.First.File, pair.First.Line));
    }

    static bool IsSamePlace(TrueFrame expected, string? file, uint line) =>
        expected.File == Path.GetFileName(file) && expected.Line == line;

    // The debugger and the symbol file spell parameters and template arguments in different ways.
    static bool IsSameName(string? expected, string? actual) =>
        expected is null || actual is "<name omitted>" || Shorten(expected) == Shorten(actual ?? "");

    static string Shorten(string name)
    {
        var text = new StringBuilder();
        var depth = 0;
        foreach (var c in name.Replace("operator()", "operator", StringComparison.Ordinal))
        {
            depth += c is '<' or '(' or '[' ? 1 : 0;
            if (depth == 0)
                text.Append(c);
            depth -= c is '>' or ')' or ']' ? 1 : 0;
        }

        var words = text.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words.LastOrDefault("").Replace("__GI_", "", StringComparison.Ordinal).Replace(".cold", "", StringComparison.Ordinal).TrimStart('_');
    }

    sealed record TrueFrame(
        string? Function, string? File, uint? Line, string? Module, IReadOnlyList<TrueFrame> Inlined);
}
