using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Images;
using Socorro.Minidumps.Memory;
using Socorro.Minidumps.Streams;
using Socorro.Minidumps.Symbols;

namespace Socorro.Minidumps.Unwinding;

/// <summary>
/// Code that was compiled while the program ran, as far as the compiler registered unwind data with Windows and the dump has
/// that memory.
/// </summary>
sealed class GeneratedCode(CpuTraits cpu, MemoryMap memory, IReadOnlyList<FunctionTable> tables)
{
    /// <summary>Addresses in a table have 32 bits.</summary>
    const ulong Reach = 1UL << 32;

    /// <summary>Tables that are kept open. Each may span all memory that a hostile dump cuts into pieces.</summary>
    const int MaxOpen = 16;

    readonly FunctionTable[] _byStart = [.. tables.OrderBy(table => table.Minimum)];
    readonly Dictionary<int, ModuleImage> _images = [];

    /// <summary>Whether a table covers an address.</summary>
    public bool Covers(ulong address) => FindTable(address) >= 0;

    /// <summary>The rules at an address; false where no table knows any.</summary>
    public bool TryFindRules(ulong address, bool isInterrupted, out CfiRules rules)
    {
        rules = default;
        var index = FindTable(address);
        return index >= 0
            && GetImage(index).TryFindRules(address - _byStart[index].Base, isInterrupted, out rules);
    }

    ModuleImage GetImage(int index)
    {
        if (!_images.TryGetValue(index, out var image))
        {
            if (_images.Count == MaxOpen)
                _images.Clear();
            _images.Add(index, image = Open(_byStart[index]));
        }

        return image;
    }

    int FindTable(ulong address)
    {
        var (low, high) = (0, _byStart.Length);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = _byStart[middle].Minimum <= address ? (middle + 1, high) : (low, middle);
        }

        return low > 0 && address < _byStart[low - 1].Maximum && address >= _byStart[low - 1].Base ? low - 1 : -1;
    }

    ModuleImage Open(FunctionTable table)
    {
        var view = ImageView.Of(memory, table.Base, table.Base > ulong.MaxValue - Reach ? ulong.MaxValue : table.Base + Reach);
        UnwindTable[] functions = (cpu.Kind, table.EntrySize) switch
        {
            (CpuKind.Amd64, 12) => [new Amd64Functions(cpu, view, table.Entries)],
            (CpuKind.Arm64, 8) => [new Arm64Functions(cpu, view, table.Entries)],
            _ => [],
        };
        return new(cpu, new(ImageFormat.Pe, default), view, functions, () => ImageNames.Empty);
    }
}
