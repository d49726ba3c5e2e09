using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Unwinding;

namespace Socorro.Minidumps.Output;

/// <summary>The stacks, each frame with its registers and how it was found.</summary>
sealed class HumanThreads(ProcessState state, HumanText text, HumanOptions options)
{
    /// <summary>Columns that a row of registers takes at most.</summary>
    const int RowWidth = 80;

    /// <summary>Frames of a stack that a screen shows: the innermost ones, and the outermost.</summary>
    const int CompactHead = 40;

    const int CompactTail = 10;

    readonly CpuTraits? _cpu = CpuTraits.Find(state.Dump.Cpu);

    public void WriteCrashing(int index)
    {
        var what = state.Reason is { IsSimulated: false } ? "crashed" : "requested dump, did not crash";
        WriteThread(index, $" ({what})", Tone.Alarm);
    }

    /// <summary>Writes all other threads that have frames; false when there are none.</summary>
    public bool WriteOthers()
    {
        var others = Enumerable.Range(0, state.Threads.Count)
            .Where(i => i != state.CrashingThread && state.Threads[i].Stack.Frames.Count > 0);
        var any = false;
        foreach (var threads in others.GroupBy(i => options.IsCompact ? StackOf(i) : $"{i}"))
        {
            WriteThread(threads.First(), "", Tone.Plain, [.. threads.Skip(1)]);
            any = true;
        }

        return any;
    }

    string StackOf(int thread) =>
        string.Join(' ', state.Threads[thread].Stack.Frames.Select(frame => HumanText.Hex(frame.Location.Address)));

    /// <param name="alike">Other threads with the same stack.</param>
    void WriteThread(int index, string what, Tone tone, params IReadOnlyList<int> alike)
    {
        var (record, stack) = state.Threads[index];
        var name = HumanText.Clean(record.Name ?? "");
        text.Line(($"Thread {index} {name}", Tone.Strong), (what, tone), ($" - tid: {record.Id}", Tone.Plain));
        if (alike.Count > 0)
            text.Line($"    and {alike.Count} like it: {Enumerate(alike)}");
        if (state.Threads[index].Start is { } start)
            text.Line($"    began at {DescribeStart(start)}");
        WriteFrames(stack, isCrashed: index == state.CrashingThread);
        if (stack.End is StackEnd.Truncated or StackEnd.Limit)
            text.Line(($"    ({DescribeEnd(stack)})", Tone.Faint));
        text.Line();
    }

    /// <summary>Threads in rising order, those of one name that follow each other as a range: "2, 5–9 worker".</summary>
    string Enumerate(IReadOnlyList<int> threads)
    {
        var ranges = new List<string>();
        for (var i = 0; i < threads.Count;)
        {
            var name = state.Threads[threads[i]].Record.Name;
            var end = i + 1;
            while (end < threads.Count && threads[end] == threads[end - 1] + 1 && state.Threads[threads[end]].Record.Name == name)
                end++;
            var numbers = end - i == 1 ? $"{threads[i]}" : $"{threads[i]}–{threads[end - 1]}";
            ranges.Add(HumanText.Clean($"{numbers} {name}").TrimEnd());
            i = end;
        }

        return string.Join(", ", ranges);
    }

    void WriteFrames(CallStack stack, bool isCrashed)
    {
        var frames = stack.Frames;
        var left = options.IsCompact && frames.Count > CompactHead + CompactTail ? frames.Count - CompactHead - CompactTail : 0;
        var number = 0;
        for (var i = 0; i < frames.Count; i++)
        {
            if (left == 0 || i < CompactHead || i >= CompactHead + left)
                WriteFrame(stack, i, ref number, isCrashed);
            else
                number += 1 + frames[i].Location.Inlines.Count;
            if (left > 0 && i == CompactHead)
                text.Line(($"    … {left} frames more, which --human shows", Tone.Faint));
        }
    }

    static string DescribeEnd(CallStack stack) => (stack.End, stack.Frames.Count) switch
    {
        (StackEnd.Limit, _) => "the walk was ended by a limit here",
        (_, 0) => "nothing is known of this stack",
        _ => "the stack's memory is not in the dump from here on",
    };

    void WriteFrame(CallStack stack, int index, ref int number, bool isCrashed)
    {
        var frame = stack.Frames[index];
        foreach (var call in frame.Location.Inlines)
        {
            WriteCall(number++, ModuleOf(frame.Location), call.Function, PlaceOf(call.File, call.Line, offset: null), "inlined");
            if (!options.IsCompact)
                text.Line(("    Found by: inlining", Tone.Faint));
            if (isCrashed)
                WriteSource(call.File, call.Line);
        }

        // What is sure needs no room on a screen.
        var isSure = frame.Trust is FrameTrust.Context or FrameTrust.Cfi or FrameTrust.Leaf or FrameTrust.ShadowStack;
        WriteCall(number++, ModuleOf(frame.Location), frame.Location.Function, PlaceOf(frame), isSure ? "" : frame.Trust.Word.Replace('_', ' '));
        if (!options.IsCompact || (isCrashed && index == 0))
            WriteRegisters(stack.GetRegisters(index));
        if (!options.IsCompact)
            text.Line(($"    Found by: {frame.Trust.Explanation}", Tone.Faint));
        if (options.TellsWhy && MissingNames.Explain(state, frame.Location) is { } why)
            text.Line(($"    No function: {HumanText.Clean(why)}", Tone.Faint));
        if (options.RecoversArguments)
            WriteArguments(ArgumentRecovery.Find(state.Dump, stack, index));
        if (isCrashed)
            WriteSource(frame.Location.File, frame.Location.Line);
    }

    void WriteArguments(IReadOnlyList<RecoveredArgument> arguments)
    {
        if (arguments is [])
            return;

        text.Line("    Arguments, as far as the name and the stack tell:");
        for (var i = 0; i < arguments.Count; i++)
        {
            var value = arguments[i].Value is { } word ? HumanText.Address(word, 8) : "unknown";
            text.Line($"        arg {i} ({HumanText.Clean(arguments[i].Type)}) = {value}");
        }
    }

    void WriteSource(string? file, uint line)
    {
        if (file is null || line == 0 || options.Sources is null)
            return;

        foreach (var (number, source) in options.Sources.Read(file, line))
        {
            text.Line((
                $"    {(number == line ? '>' : ' ')}{number,6} | {HumanText.Clean(source.Replace("\t", "    ", StringComparison.Ordinal))}",
                number == line ? Tone.Strong : Tone.Faint));
        }
    }

    string DescribeStart(CodeLocation start) => start.Module < 0
        ? HumanText.Hex(start.Address)
        : $"{HumanText.Clean(ModuleOf(start) ?? "")}{(start.Function is { } entry ? "!" + HumanText.Clean(entry) : "")} + {HumanText.Hex(OffsetOf(start))}";

    static ulong OffsetOf(CodeLocation location) =>
        location.Function is null ? location.ModuleOffset : location.Address - location.FunctionBase;

    /// <param name="remark">How it was found, for a screen.</param>
    void WriteCall(int number, string? module, string? function, string place, string remark)
    {
        text.Write($"{number,2}  ");
        text.Write(HumanText.Clean(module ?? ""));
        if (function is not null)
        {
            text.Write("!");
            text.Write(HumanText.Clean(options.IsCompact ? ShortNames.Of(function) : function), Tone.Strong);
        }

        text.Write(HumanText.Clean(place), Tone.Place);
        if (options.IsCompact && remark.Length > 0)
            text.Write($"  ({remark})", Tone.Faint);
        text.Line();
    }

    string? ModuleOf(CodeLocation location) =>
        location.Module < 0 ? null : state.Modules[location.Module].Module.LeafName;

    static string PlaceOf(Frame frame)
    {
        var location = frame.Location;
        if (location.Module < 0)
            return HumanText.Hex(location.Address) + string.Concat(location.Unloaded.Select(Describe));
        if (location.Function is null)
            return $" + {HumanText.Hex(location.ModuleOffset)}";
        if (location.File is null || location.Line == 0)
            return $" + {HumanText.Hex(location.Address - location.FunctionBase)}";

        // With inlined calls, the line that the address was compiled from is that of the deepest.
        ulong? offset = location.Inlines.Count == 0 ? location.Address - location.LineBase : null;
        return PlaceOf(location.File, location.Line, offset);
    }

    static string PlaceOf(string? file, uint line, ulong? offset) => file is null
        ? ""
        : $" [{file[(file.LastIndexOfAny(['/', '\\']) + 1)..]} : {line}{(offset is { } bytes ? $" + {HumanText.Hex(bytes)}" : "")}]";

    static string Describe(UnloadedHit hit) =>
        $" (unloaded {hit.Module}@{string.Join('|', hit.Offsets.Select(HumanText.Hex))})";

    void WriteRegisters(Registers registers)
    {
        if (_cpu is null)
            return;

        var row = "";
        for (var i = 0; i < _cpu.RegisterNames.Count; i++)
        {
            if (!registers.TryGet(i, out var value))
                continue;

            var register = $" {_cpu.RegisterNames[i],6} = {HumanText.Address(value, 2 * _cpu.PointerSize)}";
            if (row.Length + register.Length > RowWidth)
            {
                text.Line((" " + row, Tone.Faint));
                row = "";
            }

            row += register;
        }

        if (row.Length > 0)
            text.Line((" " + row, Tone.Faint));
    }
}
