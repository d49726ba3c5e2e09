using Socorro.Minidumps.Format;

namespace Socorro.Minidumps.Cpu;

/// <summary>Reads the contexts of one dump, which are all of the same CPU.</summary>
sealed class ContextReader(DumpFile file, CpuKind cpu, ExtendedStateLayout? extendedState)
{
    /// <summary>The CPU; where the dump does not say it, the one that the first context seems to be of.</summary>
    public CpuKind Cpu { get; private set; } = cpu;

    /// <summary>
    /// The context at a location; null, with a problem noted unless it is empty, when it is not readable.
    /// </summary>
    public Context? Read(Location location, string where)
    {
        if (location.Size == 0)
            return null;
        if (!file.TryFields(location, out var bytes))
        {
            file.Problems.Add(where, "has a context that does not lie inside the file");
            return null;
        }

        var layout = Cpu == CpuKind.Unknown ? ContextLayout.Guess(bytes) : ContextLayout.Find(Cpu, bytes);
        if (layout is null || bytes.Length < layout.EssentialSize)
        {
            file.Problems.Add(where, $"has a context of {bytes.Length} bytes, which is none of {Cpu}");
            return null;
        }

        // Windows sets further bits that say how the context was captured, some of which are another CPU's bit, so
        // only the presence of our own bit counts.
        var flags = layout.ReadFlags(bytes);
        if ((flags & layout.CpuFlags) == 0)
        {
            if (flags != 0 || bytes.Length != layout.Size)
            {
                file.Problems.Add(where, $"has a context with the flags 0x{flags:x}, which are not of {layout.Cpu}");
                return null;
            }

            file.Problems.Add(where, "has a context without flags; its size is right, so it was read");
        }

        Cpu = layout.Cpu;
        return new(layout.Cpu, flags, layout.ReadRegisters(bytes), FindShadowStackPointer(layout, bytes, flags));
    }

    ulong? FindShadowStackPointer(ContextLayout layout, Fields bytes, ulong flags)
    {
        if (layout.Cpu is not (CpuKind.X86 or CpuKind.Amd64) || (flags & ExtendedState.Flag) == 0)
            return null;
        if (extendedState is null || bytes.Length <= layout.Size)
            return null;

        var length = Math.Min(bytes.Length - layout.Size, file.Limits.MaxExtendedState);
        return ExtendedState.FindShadowStackPointer(bytes.Slice(layout.Size, length), extendedState);
    }
}
