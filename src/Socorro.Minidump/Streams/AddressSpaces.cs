using Socorro.Minidumps.Memory;

namespace Socorro.Minidumps.Streams;

/// <summary>Puts the address space together from whatever the dump has.</summary>
static class AddressSpaces
{
    const Permissions Anything = Permissions.Read | Permissions.Write | Permissions.Execute;

    public static AddressSpace Build(Minidump dump)
    {
        var known = new List<AddressRange>();
        foreach (var region in dump.MemoryInfo)
            known.Add(region.ToRange());
        foreach (var mapping in dump.LinuxMaps)
            known.Add(mapping.ToRange());
        if (known.Count > 0)
            return new([.. known], true);

        // Crashpad on Linux writes neither list.
        var guessed = new List<AddressRange>();
        foreach (var module in dump.Modules)
            guessed.Add(new(module.Base, module.End, Anything, false, module.Name));
        foreach (ref readonly var region in dump.Memory.Regions)
            guessed.Add(new(region.Address, region.End, Anything, false, ""));
        return new([.. guessed], false);
    }
}
