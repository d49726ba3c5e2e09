using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Instructions;
using Socorro.Minidumps.Symbols;

namespace Socorro.Minidumps.Output;

/// <summary>
/// Writes a <see cref="ProcessState"/> as text in the manner of minidump-stackwalk and minidump_stackwalk: the crash, the
/// crashed thread, the others, the modules. Inlined calls are frames of their own.
/// </summary>
public static class HumanReport
{
    public static void Write(ProcessState state, TextWriter output, HumanOptions options)
    {
        var text = new HumanText(output, options.IsColored);
        new HumanSummary(state, text).Write();
        if (options.ListsInstructions)
            WriteListing(state, text);
        var threads = new HumanThreads(state, text, options);
        if (state.CrashingThread is { } crashing)
            threads.WriteCrashing(crashing);
        if (options.IsBrief)
            return;

        if (!threads.WriteOthers())
            text.Line();
        new HumanModules(state, text).Write();
        if (options.TellsWhy)
            WriteLookups(state, text);
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

    static void WriteLookups(ProcessState state, HumanText text)
    {
        text.Line();
        text.Line("Where symbols were looked for:");
        foreach (var module in state.Modules.Where(module => module.Lookup is not null))
        {
            WriteLookup(text, $"{module.Module.LeafName} {module.Module.DebugId ?? "without debug id"}", module.Lookup, module.Downloads);
            if (module.Files is not [])
                text.Line("  and for the module itself, for its unwind tables and names:");
            foreach (var attempt in module.Files)
                WriteAttempt(text, attempt);
        }

        foreach (var module in state.Unloaded)
            WriteLookup(text, $"{module.Key.CodeFile} {module.Key.CodeId} (unloaded)", module.Lookup, module.Downloads);
        var others = state.Modules.Count(module => module.Lookup is null);
        if (others > 0)
            text.Line($"{others} module{(others == 1 ? "" : "s")} not looked for: no frame is in {(others == 1 ? "it" : "them")}");
    }

    static void WriteLookup(HumanText text, string module, SymbolLookup? lookup, IReadOnlyList<LookupAttempt> downloads)
    {
        text.Line(
            ($"{HumanText.Clean(module)}: ", Tone.Strong),
            (MissingNames.Answer(lookup, downloads), lookup?.Table is not null ? Tone.Plain : Tone.Alarm));
        foreach (var attempt in (lookup?.Attempts ?? []).Concat(downloads))
            WriteAttempt(text, attempt);
    }

    static void WriteAttempt(HumanText text, LookupAttempt attempt) =>
        text.Line($"    {HumanText.Clean(attempt.Place)} {HumanText.Clean(attempt.Answer)}");
}
