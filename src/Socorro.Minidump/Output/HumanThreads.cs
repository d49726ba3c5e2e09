using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Unwinding;

namespace Socorro.Minidumps.Output;

/// <summary>The stacks, each frame with its registers and how it was found.</summary>
sealed class HumanThreads(ProcessState state, HumanText text, HumanOptions options)
{
    /// <summary>Columns that a row of registers takes at most.</summary>
    const int RowWidth = 80;

    readonly CpuTraits? _cpu = CpuTraits.Find(state.Dump.Cpu);

    public void WriteCrashing(int index)
    {
        var what = state.Reason is { IsSimulated: false } ? "crashed" : "requested dump, did not crash";
        WriteThread(index, $" ({what})", Tone.Alarm);
    }

    /// <summary>Writes all other threads that have frames; false when there are none.</summary>
    public bool WriteOthers()
    {
        var any = false;
        for (var i = 0; i < state.Threads.Count; i++)
        {
            if (i == state.CrashingThread || state.Threads[i].Stack.Frames.Count == 0)
                continue;

            WriteThread(i, "", Tone.Plain);
            any = true;
        }

        return any;
    }

    void WriteThread(int index, string what, Tone tone)
    {
        var (record, stack) = state.Threads[index];
        var name = HumanText.Clean(record.Name ?? "");
        text.Line(($"Thread {index} {name}", Tone.Strong), (what, tone), ($" - tid: {record.Id}", Tone.Plain));
        if (options.TellsWhy && state.Threads[index].Start is { } start)
            text.Line($"    began at {ModuleOf(start)}{(start.Function is { } entry ? "!" + HumanText.Clean(entry) : "")} + {HumanText.Hex(OffsetOf(start))}");
        var number = 0;
        for (var i = 0; i < stack.Frames.Count; i++)
            WriteFrame(stack, i, ref number, withSource: index == state.CrashingThread);
        if (stack.End is StackEnd.Truncated or StackEnd.Limit)
            text.Line(($"    ({DescribeEnd(stack)})", Tone.Faint));
        text.Line();
    }

    static string DescribeEnd(CallStack stack) => (stack.End, stack.Frames.Count) switch
    {
        (StackEnd.Limit, _) => "the walk was ended by a limit here",
        (_, 0) => "nothing is known of this stack",
        _ => "the stack's memory is not in the dump from here on",
    };

    void WriteFrame(CallStack stack, int index, ref int number, bool withSource)
    {
        var frame = stack.Frames[index];
        foreach (var call in frame.Location.Inlines)
        {
            WriteCall(number++, ModuleOf(frame.Location), call.Function, PlaceOf(call.File, call.Line, offset: null));
            text.Line(("    Found by: inlining", Tone.Faint));
            if (withSource)
                WriteSource(call.File, call.Line);
        }

        WriteCall(number++, ModuleOf(frame.Location), frame.Location.Function, PlaceOf(frame));
        WriteRegisters(stack.GetRegisters(index));
        text.Line(($"    Found by: {frame.Trust.Explanation}", Tone.Faint));
        if (options.TellsWhy && MissingNames.Explain(state, frame.Location) is { } why)
            text.Line(($"    No function: {HumanText.Clean(why)}", Tone.Faint));
        if (options.RecoversArguments)
            WriteArguments(ArgumentRecovery.Find(state.Dump, stack, index));
        if (withSource)
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

    static ulong OffsetOf(CodeLocation location) =>
        location.Function is null ? location.ModuleOffset : location.Address - location.FunctionBase;

    void WriteCall(int number, string? module, string? function, string place)
    {
        text.Write($"{number,2}  ");
        text.Write(HumanText.Clean(module ?? ""));
        if (function is not null)
        {
            text.Write("!");
            text.Write(HumanText.Clean(function), Tone.Strong);
        }

        text.Write(HumanText.Clean(place), Tone.Place);
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
