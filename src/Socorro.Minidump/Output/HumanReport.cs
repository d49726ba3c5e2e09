using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Instructions;

namespace Socorro.Minidumps.Output;

/// <summary>
/// Writes a <see cref="ProcessState"/> as text in the manner of minidump-stackwalk and minidump_stackwalk: the crash, the
/// crashed thread, the others, the modules. Inlined calls are frames of their own.
/// </summary>
public static class HumanReport
{
    /// <summary>Writes the report, with line feeds as ends of lines.</summary>
    public static void Write(ProcessState state, TextWriter output, HumanOptions options)
    {
        var text = new HumanText(output, options.IsColored);
        new HumanSummary(state, text, options).Write();
        if (options.ListsInstructions)
            WriteListing(state, text);
        var threads = new HumanThreads(state, text, options);
        if (state.CrashingThread is { } crashing)
            threads.WriteCrashing(crashing);
        if (!options.IsBrief)
        {
            if (!threads.WriteOthers() && !options.IsCompact)
                text.Line();
            WriteModules(state, text, options);
        }

        if (options.TellsWhy)
            HumanLookups.Write(state, text);
    }

    static void WriteModules(ProcessState state, HumanText text, HumanOptions options)
    {
        var modules = new HumanModules(state, text);
        if (options.IsCompact)
            modules.WriteSeen(options);
        else
            modules.Write();
    }

    static void WriteListing(ProcessState state, HumanText text)
    {
        if (InstructionListing.Around(state) is not { Count: > 0 } listing)
            return;

        var digits = 2 * (CpuTraits.Find(state.Dump.Cpu)?.PointerSize ?? 8);
        text.Line("Instructions around the crash:");
        foreach (var line in listing)
        {
            var bytes = Convert.ToHexStringLower(line.Bytes.Span);
            text.Line(
                ($"{(line.IsCurrent ? " => " : "    ")}{HumanText.Address(line.Address, digits)}  ", Tone.Plain),
                ($"{bytes,-22} ", Tone.Faint),
                (line.Text, line.IsCurrent ? Tone.Alarm : Tone.Plain));
        }

        text.Line();
    }
}
