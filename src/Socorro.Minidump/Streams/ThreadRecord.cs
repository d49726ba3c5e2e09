using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Format;
using Socorro.Minidumps.Memory;

namespace Socorro.Minidumps.Streams;

/// <summary>One thread of the process.</summary>
public sealed record ThreadRecord
{
    /// <summary>The system's number of the thread.</summary>
    public required uint Id { get; init; }

    /// <summary>How often the thread had been suspended.</summary>
    public required uint SuspendCount { get; init; }

    /// <summary>Windows: the process's priority class.</summary>
    public required uint PriorityClass { get; init; }

    /// <summary>Windows: relative to the class; others leave it 0.</summary>
    public required uint Priority { get; init; }

    /// <summary>
    /// Address of the thread environment block; of other systems' threads that of their own data, where Crashpad wrote it, else 0.
    /// </summary>
    public required ulong Teb { get; init; }

    /// <summary>Where the thread's own data is, to which x86 has a segment lead; null when the dump does not say.</summary>
    internal ulong? ThreadData => Teb == 0 ? null : Teb;

    /// <summary>What the thread says of its stack; the bytes may be absent, or stand in the memory lists.</summary>
    public required ulong StackStart { get; init; }

    /// <summary>Where the stack's bytes stand in the dump.</summary>
    public required Location StackLocation { get; init; }

    /// <summary>The bytes of the stack that the thread itself brings; empty when it brings none.</summary>
    public required MemoryRegion Stack { get; init; }

    /// <summary>The thread's registers; null when they were not saved or are not readable.</summary>
    public required Context? Context { get; init; }

    /// <summary>Where the context stands in the dump.</summary>
    public required Location ContextLocation { get; init; }

    /// <summary>The thread's name, when the dump has names.</summary>
    public string? Name { get; init; }

    /// <summary>Times, start address and the like, when the dump has them.</summary>
    public ThreadTimes? Times { get; init; }

    internal static IReadOnlyList<ThreadRecord> ReadAll(DumpFile file, ContextReader contexts)
    {
        var names = ThreadNames.Read(file);
        var times = ThreadTimes.ReadAll(file);
        var threads = ReadList(file, StreamType.ThreadListStream, 48, contexts, names, times);
        return threads.Length > 0
            ? threads
            : ReadList(file, StreamType.ThreadExListStream, 64, contexts, names, times);
    }

    /// <summary>Adds the crashed thread where no list has it: a cut dump, or a writer that left it out.</summary>
    internal static IReadOnlyList<ThreadRecord> WithCrashed(
        IReadOnlyList<ThreadRecord> threads, ExceptionRecord? exception, ProblemLog problems)
    {
        if (exception is not { Context: { } context, ThreadId: var id } || threads.Any(thread => thread.Id == id))
            return threads;

        problems.Add("ExceptionStream", $"is of thread {id}, which is in no list; its registers are those of the exception");
        return
        [
            .. threads,
            new()
            {
                Id = id,
                SuspendCount = 0,
                PriorityClass = 0,
                Priority = 0,
                Teb = 0,
                StackStart = context.StackPointer,
                StackLocation = default,
                Stack = new(context.StackPointer, default),
                Context = context,
                ContextLocation = exception.ContextLocation,
            },
        ];
    }

    static ThreadRecord[] ReadList(
        DumpFile file,
        StreamType type,
        int size,
        ContextReader contexts,
        IReadOnlyDictionary<uint, string> names,
        IReadOnlyDictionary<uint, ThreadTimes> times)
    {
        var list = EntryList.ReadPlain(file, type, size, file.Limits.MaxThreads);
        var threads = new ThreadRecord[list.Count];
        for (var i = 0; i < threads.Length; i++)
        {
            var entry = list[i];
            var id = entry.UInt32(0);
            threads[i] = new()
            {
                Id = id,
                SuspendCount = entry.UInt32(4),
                PriorityClass = entry.UInt32(8),
                Priority = entry.UInt32(12),
                Teb = entry.UInt64(16),
                StackStart = entry.UInt64(24),
                StackLocation = entry.Location(32),
                Stack = ReadStack(file, id, entry.UInt64(24), entry.Location(32)),
                ContextLocation = entry.Location(40),
                Context = contexts.Read(entry.Location(40), $"Thread {id}"),
                Name = names.GetValueOrDefault(id),
                Times = times.TryGetValue(id, out var of) ? of : null,
            };
        }

        return threads;
    }

    // Windows writers may leave the location 0, because the memory lists have the bytes.
    static MemoryRegion ReadStack(DumpFile file, uint id, ulong start, Location location)
    {
        if (location.Rva == 0 || location.Size == 0)
            return new(start, default);
        if (file.TrySlice(location, out var bytes))
            return new(start, bytes);

        file.Problems.Add($"Thread {id}", "has a stack that does not lie inside the file");
        return new(start, default);
    }
}
