using Socorro.Minidumps.Symbols;

namespace Socorro.Minidumps.Output;

/// <summary>Where the symbols of modules were looked for, and what each place said.</summary>
static class HumanLookups
{
    public static void Write(ProcessState state, HumanText text)
    {
        text.Line();
        text.Line("Where symbols were looked for:");
        foreach (var module in state.Modules.Where(module => module.Lookup is not null))
        {
            Write(text, $"{module.Module.LeafName} {module.Module.DebugId ?? "without debug id"}", module.Lookup, module.Downloads);
            if (module.Files is not [])
                text.Line("  and for the module itself, for its unwind tables and names:");
            foreach (var attempt in module.Files)
                Write(text, attempt);
        }

        foreach (var module in state.Unloaded)
            Write(text, $"{module.Key.CodeFile} {module.Key.CodeId} (unloaded)", module.Lookup, module.Downloads);
        var others = state.Modules.Count(module => module.Lookup is null);
        if (others > 0)
            text.Line($"{others} module{(others == 1 ? "" : "s")} not looked for: no frame is in {(others == 1 ? "it" : "them")}");
    }

    static void Write(HumanText text, string module, SymbolLookup? lookup, IReadOnlyList<LookupAttempt> downloads)
    {
        text.Line(
            ($"{HumanText.Clean(module)}: ", Tone.Strong),
            (MissingNames.Answer(lookup, downloads), lookup?.Table is not null ? Tone.Plain : Tone.Alarm));
        foreach (var attempt in (lookup?.Attempts ?? []).Concat(downloads))
            Write(text, attempt);
    }

    static void Write(HumanText text, LookupAttempt attempt) =>
        text.Line($"    {HumanText.Clean(attempt.Place)} {HumanText.Clean(attempt.Answer)}");
}
