using System.Text.Json;
using Socorro.Reading;

namespace Socorro.Web.Pages.Report;

/// <summary>How much of one crash a page shows; the rest is a link away. Documents may hold a hundred thousand frames.</summary>
public sealed record ReportLimits
{
    public int MaxCrashingFrames { get; init; } = 400;

    public int MaxFrames { get; init; } = 60;

    /// <summary>Frames of all threads together; threads past it show their first frame only.</summary>
    public int MaxAllFrames { get; init; } = 3_000;

    public int MaxThreads { get; init; } = 300;

    public int MaxModules { get; init; } = 1_500;

    public int MaxAnnotations { get; init; } = 1_000;

    /// <summary>Characters of a function, path or other name.</summary>
    public int MaxName { get; init; } = 400;

    /// <summary>Characters of a value that stands alone.</summary>
    public int MaxValue { get; init; } = 8_000;
}

/// <summary>A crash as its page shows it, read from the raw and the processed crash.</summary>
public sealed record CrashReport
{
    public static readonly ReportLimits Limits = new();

    public required VisibleCrash Raw { get; init; }

    /// <summary>The processed crash as its reader gets it.</summary>
    public required JsonElement Fields { get; init; }

    /// <summary>Its size in bytes.</summary>
    public required int Size { get; init; }

    /// <summary>The crashing thread first, the others in their order.</summary>
    public required IReadOnlyList<ReportThread> Threads { get; init; }

    /// <summary>Threads in the dump, shown or not.</summary>
    public required int ThreadCount { get; init; }

    public required IReadOnlyList<ModuleRow> Modules { get; init; }

    public required int ModuleCount { get; init; }

    public required IReadOnlyList<ModuleRow> UnloadedModules { get; init; }

    public required IReadOnlyList<string> Findings { get; init; }

    public ReportThread? CrashingThread => Threads.FirstOrDefault(thread => thread.HasCrashed);

    /// <summary>The crashing instruction's disassembly; empty when unknown.</summary>
    public string Instruction => Text(Fields.Member("json_dump").Member("crash_info"), "instruction");

    /// <summary>In a word why the main dump could not be walked; empty when it could, or when there is none.</summary>
    public string Refusal => Field("mdsw_status_string") is var status && status == "OK" ? "" : status;

    /// <summary>What the program said when it gave up, if it said anything.</summary>
    public string Message =>
        Field("moz_crash_reason") is { Length: > 0 } reason ? reason
        : Field("abort_message") is { Length: > 0 } abort ? abort
        : Text(Fields.Member("json_dump").Member("crash_info"), "assertion");

    public string Field(string name) => Text(Fields, name);

    public static CrashReport Read(VisibleCrash raw, ReadOnlyMemory<byte> processed)
    {
        var fields = JsonElement.Parse(processed.Span);
        var dump = fields.Member("json_dump");
        return new()
        {
            Raw = raw,
            Fields = fields,
            Size = processed.Length,
            Threads = ReadThreads(fields, dump),
            ThreadCount = dump.CountEntries("threads"),
            Modules = ReadModules(dump, "modules"),
            ModuleCount = dump.CountEntries("modules"),
            UnloadedModules = ReadModules(dump, "unloaded_modules"),
            Findings = Report.Findings.Of(dump.Member("crash_info")),
        };
    }

    static List<ReportThread> ReadThreads(JsonElement fields, JsonElement dump)
    {
        var crashed = fields.Number("crashing_thread") ?? dump.Member("crash_info").Number("crashing_thread");
        var ordered = dump.Entries("threads").Index().OrderByDescending(thread => thread.Index == crashed);
        var stacks = new List<ReportThread>();
        var room = Limits.MaxAllFrames;
        foreach (var (index, thread) in ordered.Take(Limits.MaxThreads))
        {
            var hasCrashed = index == crashed;
            var most = hasCrashed ? Limits.MaxCrashingFrames : Math.Clamp(room, 1, Limits.MaxFrames);
            var stack = ReportThread.Read(thread, index, hasCrashed, most, Limits.MaxName);
            // The walker gives a crashing thread's registers only where it tells of that thread for a second time.
            var registers = ReportThread.ReadRegisters(dump.Member("crashing_thread"), Limits.MaxName);
            stacks.Add(hasCrashed && stack.Registers is [] ? stack with { Registers = registers } : stack);
            room -= Math.Min(most, thread.CountEntries("frames"));
        }

        return stacks;
    }

    static List<ModuleRow> ReadModules(JsonElement dump, string list) =>
        [.. dump.Entries(list).Take(Limits.MaxModules).Select(module => ModuleRow.Read(module, Limits.MaxName))];

    static string Text(JsonElement from, string name) => Wording.Clip(from.Text(name).Trim(), Limits.MaxValue);
}
