using System.Text.Json;

namespace Socorro.Web.Pages.Report;

/// <summary>A line of a stack: a frame, or a place where frames are left out.</summary>
public abstract record StackRow;

/// <summary>Frames left out here, and why.</summary>
public sealed record GapRow(string Text) : StackRow;

public sealed record FrameRow : StackRow
{
    /// <summary>Its position on the stack; inlined calls share their frame's.</summary>
    public required long Number { get; init; }

    public required string Label { get; init; }

    public required string Module { get; init; }

    /// <summary>The instruction's address, as in the report.</summary>
    public required string Address { get; init; }

    public required SourceLocation Source { get; init; }

    public required string Trust { get; init; }

    public bool IsInline { get; init; }

    public bool MissesSymbols { get; init; }
}

/// <summary>One thread of the report, with as many rows as a page may show.</summary>
public sealed record ReportThread
{
    const int MaxInlines = 64;
    const int MaxRegisters = 64;

    public required int Index { get; init; }

    public required bool HasCrashed { get; init; }

    public required string Name { get; init; }

    /// <summary>The system's number for it.</summary>
    public required string Id { get; init; }

    public required string LastError { get; init; }

    public required int FrameCount { get; init; }

    public required IReadOnlyList<StackRow> Rows { get; init; }

    /// <summary>The registers of its first frame, in the report's order.</summary>
    public required IReadOnlyList<(string Name, string Value)> Registers { get; init; }

    public string Title => Name.Length > 0 ? $"Thread {Index} {Name}" : $"Thread {Index}";

    /// <summary>What its first frame is, for a closed list.</summary>
    public string Top => Rows.OfType<FrameRow>().FirstOrDefault()?.Label ?? "";

    /// <summary>
    /// Reads a thread. Of a stack longer than <paramref name="maxFrames"/> the beginning is kept and a quarter of that
    /// room is for its end, where the thread started.
    /// </summary>
    public static ReportThread Read(JsonElement thread, int index, bool hasCrashed, int maxFrames, int maxText)
    {
        var count = thread.CountEntries("frames");
        return new()
        {
            Index = index,
            HasCrashed = hasCrashed,
            Name = Wording.Clip(thread.Text("thread_name"), maxText),
            Id = thread.Text("thread_id"),
            LastError = Wording.Clip(thread.Text("last_error_value"), maxText),
            FrameCount = count,
            Rows = [.. ReadRows(thread, count, maxFrames, maxText), .. ReadEnd(thread)],
            Registers = ReadRegisters(thread, maxText),
        };
    }

    static IEnumerable<StackRow> ReadRows(JsonElement thread, int count, int maxFrames, int maxText)
    {
        var head = count <= maxFrames ? count : maxFrames - (maxFrames / 4);
        var tail = count - Math.Min(count - head, maxFrames - head);
        foreach (var (position, frame) in thread.Entries("frames").Index())
        {
            if (position == head && tail > head)
                yield return new GapRow($"{Wording.Count(tail - head, "frame is", "frames are")} not shown here");
            if (position >= head && position < tail)
                continue;

            foreach (var row in ReadFrame(frame, position, maxText))
                yield return row;
        }
    }

    /// <summary>A stack that ends for want of memory or time does not end where the thread began.</summary>
    static IEnumerable<StackRow> ReadEnd(JsonElement thread)
    {
        if (thread.Text("stack_end") is "truncated")
            yield return new GapRow("The stack's memory is not in the dump from here on");
        else if (thread.Text("stack_end") is "limit")
            yield return new GapRow("The walk was ended by a limit here");
    }

    static IEnumerable<StackRow> ReadFrame(JsonElement frame, int position, int maxText)
    {
        if (frame.Member("truncated") is { IsObject: true } truncated)
        {
            yield return new GapRow(Wording.Clip(truncated.Text("msg"), maxText));
            yield break;
        }

        var physical = new FrameRow
        {
            Number = frame.Number("frame") ?? position,
            Label = Wording.Clip(FrameLabel.Of(frame), maxText),
            Module = Wording.Clip(frame.Text("module"), maxText),
            Address = Wording.Clip(frame.Text("offset"), maxText),
            Source = SourceLocation.Read(frame),
            Trust = Wording.Clip(frame.Text("trust"), 20),
            MissesSymbols = frame.Flag("missing_symbols"),
        };
        foreach (var inline in frame.Entries("inlines").Take(MaxInlines))
        {
            yield return physical with
            {
                Label = Wording.Clip(FrameLabel.Of(inline), maxText),
                Source = SourceLocation.Read(inline),
                Trust = "inlined",
                IsInline = true,
                MissesSymbols = false,
            };
        }

        yield return physical;
    }

    /// <summary>The registers of a thread's first frame.</summary>
    public static IReadOnlyList<(string Name, string Value)> ReadRegisters(JsonElement thread, int maxText)
    {
        var registers = thread.Entries("frames").FirstOrDefault().Member("registers");
        return registers.IsObject
            ? [.. registers.EnumerateObject().Take(MaxRegisters).Select(one => (Clip(one.Name), Clip(one.Value.AsText())))]
            : [];

        string Clip(string text) => Wording.Clip(text, maxText);
    }
}
