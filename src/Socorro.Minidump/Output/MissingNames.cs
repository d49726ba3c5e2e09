using Socorro.Minidumps.Images;
using Socorro.Minidumps.Memory;
using Socorro.Minidumps.Symbols;
using Socorro.Minidumps.Unwinding;

namespace Socorro.Minidumps.Output;

/// <summary>Says why a module has no symbols, and a frame no function.</summary>
static class MissingNames
{
    /// <summary>What came of the search for a module's symbols, in a sentence without a full stop.</summary>
    public static string Answer(SymbolLookup? lookup, IReadOnlyList<LookupAttempt> downloads) => lookup switch
    {
        null => "not looked for: no frame is in the module",
        { Table.IsCorrupt: true } => "found, with lines that can't be read",
        { Table: not null } => "found",
        { Attempts: [] } when downloads is [] => "not looked for: neither folders nor servers of symbols were given",
        _ => "not found",
    };

    /// <summary>Null for a location that has a function.</summary>
    public static string? Explain(ProcessState state, CodeLocation location)
    {
        if (!location.FunctionUtf8.IsEmpty)
            return null;
        if (location.Module < 0)
            return ExplainPlace(state, location);

        var module = state.Modules[location.Module];
        var name = module.Module.LeafName;
        var symbols = module.HasSymbols
            ? $"the symbols of {name} name no function at 0x{location.ModuleOffset:x}"
            : $"the symbols of {name} were {Answer(module.Lookup, module.Downloads)}";
        return $"{symbols}{ExplainFiles(module)}";
    }

    /// <summary>Whether code stands in memory of its own: a compiler has made it while the program ran.</summary>
    public static bool IsGenerated(ProcessState state, CodeLocation location) =>
        location.Module < 0
        && state.Dump.AddressSpace is { IsKnown: true } space
        && space.Find(location.Address) is { IsPrivate: true } range
        && range.Allows(Permissions.Execute);

    // Of several places the last one had the module, or none did.
    static string ExplainFiles(ModuleState module) => module.Files switch
    {
        [] => "",
        [.., { Answer: ModuleFiles.Opened }] => "; the module itself names none there",
        _ => "; the module itself was not found",
    };

    static string ExplainUnloaded(ProcessState state, UnloadedHit hit) =>
        state.Unloaded.FirstOrDefault(module => module.Key.CodeFile == hit.Module) switch
        {
            null => "",
            { Lookup.Table: not null } => ", whose symbols name no function there",
            var module => $", whose symbols were {Answer(module.Lookup, module.Downloads)}",
        };

    static string ExplainPlace(ProcessState state, CodeLocation location)
    {
        if (location.Unloaded is [var once, ..])
            return $"the address is in no module; {once.Module} was there before{ExplainUnloaded(state, once)}";
        if (IsGenerated(state, location))
            return "the address is in no module but in executable memory of its own: generated code";
        if (!state.Dump.AddressSpace.IsKnown)
            return "the address is in no module";

        return state.Dump.AddressSpace.Find(location.Address) is { } range
            ? $"the address is in no module but in {(range.Name.Length > 0 ? range.Name : "memory without a name")}"
            : "nothing is mapped at the address";
    }
}
