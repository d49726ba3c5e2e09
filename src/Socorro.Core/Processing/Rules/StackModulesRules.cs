using System.Text.Json;

namespace Socorro.Processing.Rules;

sealed class TopmostFilesRule : Rule
{
    public override string Name => "TopmostFiles";

    public override string About => "Finds the first source file on the crashing thread's stack, inlined calls first.";

    public override IReadOnlyList<string> Inputs => ["crashing_thread"];

    public override IReadOnlyList<string> Outputs => ["topmost_filenames"];

    public override void Act(Draft crash)
    {
        var file = CrashingStack.Frames(crash)
            .SelectMany(frame => frame.Member("inlines").Items().Append(frame))
            .Select(call => call.Member("file").Text())
            .FirstOrDefault(file => !string.IsNullOrEmpty(file));
        if (file is not null)
            crash.Set("topmost_filenames", file);
    }
}

sealed class ModulesInStackRule : Rule
{
    public override string Name => "ModulesInStack";

    public override string About => "Lists the modules on the crashing thread's stack as file/debugid.";

    public override IReadOnlyList<string> Inputs => ["crashing_thread"];

    public override IReadOnlyList<string> Outputs => ["modules_in_stack"];

    public override void Act(Draft crash)
    {
        var onStack = CrashingStack.Frames(crash).Select(frame => frame.Member("module").Text()).ToHashSet();
        var modules = crash.Report.Member("modules").Items()
            .Where(module => module.Member("filename").Text() is { Length: > 0 } file && onStack.Contains(file))
            .Select(module =>
                $"{ModuleText.Clean(module, "filename")}/{ModuleText.Clean(module, "debug_id")}");
        if (ModuleText.Join(modules) is { Length: > 0 } text)
            crash.Set("modules_in_stack", text);
    }
}

sealed class MissingSymbolsRule : Rule
{
    const string NoDebugId = "000000000000000000000000000000000";

    public override string Name => "MissingSymbols";

    public override string About => "Lists the modules whose symbols were wanted and not found as file/version/debugid[/codeid].";

    public override IReadOnlyList<string> Outputs => ["missing_symbols"];

    public override void Act(Draft crash)
    {
        var modules = crash.Report.Member("modules").Items()
            .Where(module => module.Member("missing_symbols").ValueKind == JsonValueKind.True)
            .Where(module => module.Member("filename").Text() is { Length: > 0 })
            .Select(Describe);
        if (ModuleText.Join(modules) is { Length: > 0 } text)
            crash.Set("missing_symbols", text);
    }

    static string Describe(JsonElement module)
    {
        var version = module.Member("version").Text()?.Replace("/", "\\/", StringComparison.Ordinal) ?? "None";
        var debugId = ModuleText.Clean(module, "debug_id") is { Length: > 0 } id ? id : NoDebugId;
        var codeId = ModuleText.Clean(module, "code_id") is { Length: > 0 } code ? $"/{code}" : "";
        return $"{ModuleText.Clean(module, "filename")}/{version.Replace(';', '_')}/{debugId}{codeId}";
    }
}

/// <summary>Lists of modules are text: what separates their parts must not be in them.</summary>
static class ModuleText
{
    /// <summary>A member without separators, control characters and whatever is not ASCII.</summary>
    public static string Clean(JsonElement module, string member) =>
        string.Concat((module.Member(member).Text() ?? "").Where(c => c is > ' ' and <= '~' and not ('/' or ';' or '\\')));

    public static string Join(IEnumerable<string> modules) =>
        string.Join(';', modules.Distinct().Order(StringComparer.Ordinal));
}
