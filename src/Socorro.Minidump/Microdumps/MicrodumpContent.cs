using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Format;
using Socorro.Minidumps.Memory;
using Socorro.Minidumps.Streams;

namespace Socorro.Minidumps.Microdumps;

/// <summary>All that a microdump says, on its way into a <see cref="Minidump"/>.</summary>
sealed record MicrodumpContent
{
    public required Microdump Facts { get; init; }

    public required SystemInfo? System { get; init; }

    /// <summary>Null where the writer did not say why it wrote: clients of before 2017.</summary>
    public required (uint Code, ulong Address)? Signal { get; init; }

    /// <summary>The context structure as a minidump would have it.</summary>
    public required byte[] Context { get; init; }

    public required ulong StackBase { get; init; }

    public required IReadOnlyList<MemoryRegion> Stack { get; init; }

    public required Module[] Modules { get; init; }

    public required ProblemLog Problems { get; init; }

    uint ThreadId => Facts.ThreadId ?? Facts.ProcessId ?? 0;

    /// <summary>The one thread that microdumps tell of; none when the registers were not read.</summary>
    public IReadOnlyList<ThreadRecord> ToThreads(ContextReader contexts)
    {
        if (contexts.Read(ContextLocation, "The microdump") is not { } context)
            return [];

        var stack = Stack.FirstOrDefault(region => context.StackPointer - region.Address < (ulong)region.Bytes.Length);
        return
        [
            new()
            {
                Id = ThreadId,
                SuspendCount = 0,
                PriorityClass = 0,
                Priority = 0,
                Teb = 0,
                StackStart = StackBase,
                StackLocation = default,
                Stack = stack,
                Context = context,
                ContextLocation = ContextLocation,
            },
        ];
    }

    public ExceptionRecord? ToException(Context? context) => Signal is not { } signal
        ? null
        : new()
        {
            ThreadId = ThreadId,
            Code = signal.Code,
            Flags = 0,
            ChainedRecord = 0,
            Address = signal.Address,
            Parameters = [],
            Context = context,
            ContextLocation = ContextLocation,
        };

    Location ContextLocation => new((uint)Context.Length, 0);
}
