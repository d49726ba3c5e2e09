using System.Diagnostics;
using System.Text.Json;
using Socorro.Minidumps;
using Socorro.Minidumps.Symbols;
using Socorro.Minidumps.Unwinding;

namespace Socorro.Benchmarks;

/// <summary>Walks the dumps of a generated folder and compares every frame with the truth: "verify FOLDER".</summary>
static class VerifyVerb
{
    public static void Run(ReadOnlySpan<string> args)
    {
        if (args is not [var folder])
        {
            Console.Error.WriteLine("usage: verify FOLDER");
            return;
        }

        var symbols = new SymbolStore([Path.Combine(folder, "symbols")]);
        foreach (var path in Directory.EnumerateFiles(folder, "*.dmp").Order(StringComparer.Ordinal))
        {
            var clock = Stopwatch.StartNew();
            if (!Minidump.TryOpen(File.ReadAllBytes(path), Limits.Default, out var dump, out var refusal))
                throw new InvalidDataException($"{path}: {refusal}");

            var state = StackWalker.Walk(dump, symbols, WalkOptions.Default);
            var walked = clock.Elapsed;
            var (right, all) = Compare(state, Path.ChangeExtension(path, ".truth.json"));
            Console.WriteLine($"{Path.GetFileName(path)}: {right} of {all} frames are right, {walked.TotalMilliseconds:f0} ms");
        }
    }

    static (int Right, int All) Compare(ProcessState state, string path)
    {
        using var file = File.OpenRead(path);
        using var truth = JsonDocument.Parse(file);
        var (right, all) = (0, 0);
        foreach (var (thread, frames) in state.Threads.Zip(truth.RootElement.EnumerateArray()))
        {
            all += Math.Max(frames.GetArrayLength(), thread.Stack.Frames.Count);
            right += thread.Stack.Frames.Zip(frames.EnumerateArray()).Count(pair => IsRight(pair.First.Location, pair.Second));
        }

        return (right, all);
    }

    static bool IsRight(CodeLocation location, JsonElement frame) =>
        IsSame(frame, location.Function, location.File, location.Line)
        && location.Inlines.Count == frame.GetProperty("inlines").GetArrayLength()
        && location.Inlines.Zip(frame.GetProperty("inlines").EnumerateArray())
            .All(pair => IsSame(pair.Second, pair.First.Function, pair.First.File, pair.First.Line));

    static bool IsSame(JsonElement expected, string? function, string? file, uint line) =>
        expected.GetProperty("function").ValueEquals(function)
        && expected.GetProperty("file").ValueEquals(file)
        && expected.GetProperty("line").GetUInt32() == line;
}
