using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Format;

namespace Socorro.Minidumps.Streams;

/// <summary>
/// Why the process stopped, as the system said it: a Windows exception, a Mach exception or a signal. What the numbers
/// mean depends on the operating system.
/// </summary>
public sealed record ExceptionRecord
{
    /// <summary>The system's number of the thread.</summary>
    public required uint ThreadId { get; init; }

    /// <summary>NTSTATUS, Mach exception or signal number.</summary>
    public required uint Code { get; init; }

    /// <summary>Windows: EXCEPTION_ flags; Mach: the exception's code; Linux: si_code.</summary>
    public required uint Flags { get; init; }

    /// <summary>Address of the record of the exception that was being handled when this one came; 0 for none.</summary>
    public required ulong ChainedRecord { get; init; }

    /// <summary>What the exception was about: code on Windows, data on others. Signals that processes sent have other things here.</summary>
    public required ulong Address { get; init; }

    /// <summary>Up to 15 values that say more.</summary>
    public required IReadOnlyList<ulong> Parameters { get; init; }

    /// <summary>The registers at the crash; null when they were not saved or are not readable.</summary>
    public required Context? Context { get; init; }

    /// <summary>Where the context stands in the dump.</summary>
    public required Location ContextLocation { get; init; }

    internal static ExceptionRecord? Read(DumpFile file, ContextReader contexts)
    {
        const int size = 168;
        const int maxParameters = 15;
        if (!file.TryFindStream(StreamType.ExceptionStream, size, out Fields stream))
            return null;

        var count = stream.UInt32(32);
        if (count > maxParameters)
            file.Problems.Add("ExceptionStream", $"claims {count} parameters; there is room for {maxParameters}");

        var parameters = new ulong[Math.Min(count, maxParameters)];
        for (var i = 0; i < parameters.Length; i++)
            parameters[i] = stream.UInt64(40 + 8 * i);

        return new()
        {
            ThreadId = stream.UInt32(0),
            Code = stream.UInt32(8),
            Flags = stream.UInt32(12),
            ChainedRecord = stream.UInt64(16),
            Address = stream.UInt64(24),
            Parameters = parameters,
            ContextLocation = stream.Location(160),
            Context = contexts.Read(stream.Location(160), "ExceptionStream"),
        };
    }
}
