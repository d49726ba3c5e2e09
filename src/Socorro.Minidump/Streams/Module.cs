using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Format;

namespace Socorro.Minidumps.Streams;

/// <summary>An executable or library that was mapped into the process.</summary>
public sealed record Module
{
    /// <summary>Place in the dump's list.</summary>
    public required int Index { get; init; }

    /// <summary>The first address.</summary>
    public required ulong Base { get; init; }

    /// <summary>Bytes in memory.</summary>
    public required uint Size { get; init; }

    /// <summary>Of the image's header; 0 outside Windows.</summary>
    public required uint Checksum { get; init; }

    /// <summary>Seconds since 1970 in the file's header; on newer Windows builds a hash.</summary>
    public required uint TimeDateStamp { get; init; }

    /// <summary>The file, as the writer named it: usually a path.</summary>
    public required string Name { get; init; }

    /// <summary>Of the file; not valid where it tells none.</summary>
    public required FixedFileInfo Version { get; init; }

    /// <summary>The debug record, by which symbols are found.</summary>
    public required CodeView CodeView { get; init; }

    /// <summary>The operating system, by whose rules the module is identified.</summary>
    public required OsKind Os { get; init; }

    /// <summary>The first address behind the module; beyond 2^64 it wraps, and the module is in no lookup.</summary>
    public ulong End => Base + Size;

    /// <summary>The name behind the last slash or backslash.</summary>
    public string LeafName => LeafOf(Name);

    /// <summary>
    /// The file that the linker put the debug information into; for ELF the module itself. Empty when not known.
    /// </summary>
    public string DebugFile => CodeView.Kind switch
    {
        CodeViewKind.Pdb70 or CodeViewKind.Pdb20 => CodeView.Path,
        CodeViewKind.Elf => Name,
        _ => "",
    };

    /// <summary>See <see cref="CodeView.DebugId"/>.</summary>
    public string? DebugId => CodeView.DebugId;

    /// <summary>
    /// What identifies the code file itself, in lower case: timestamp and size of a Windows image, UUID of a Mach-O
    /// file, build id of an ELF file; null when not known.
    /// </summary>
    public string? CodeId => (CodeView.Kind, Os) switch
    {
        (CodeViewKind.Elf, _) => BuildIdText,
        (CodeViewKind.Pdb70, OsKind.MacOs or OsKind.Ios) => CodeView.Guid.ToString("N"),
        (CodeViewKind.Pdb70, OsKind.Linux or OsKind.Android) => BuildIdText,
        (_, OsKind.Windows) or (CodeViewKind.Pdb70 or CodeViewKind.Pdb20, _) => $"{TimeDateStamp:x8}{Size:x}",
        _ => null,
    };

    /// <summary>The file's version as its system writes it; null when it has none.</summary>
    public string? VersionText => Version.ToText(Os);

    string? BuildIdText =>
        CodeView.BuildId.Span.ContainsAnyExcept((byte)0) ? Convert.ToHexStringLower(CodeView.BuildId.Span) : null;

    internal static string LeafOf(string path) => path[(path.AsSpan().LastIndexOfAny('/', '\\') + 1)..];

    internal static ModuleList ReadAll(DumpFile file, OsKind os, LinuxAuxiliaryVector auxiliary, CpuKind cpu)
    {
        const int entrySize = 108;
        var list = EntryList.ReadPlain(file, StreamType.ModuleListStream, entrySize, file.Limits.MaxModules);
        var modules = new Module[list.Count];
        for (var i = 0; i < modules.Length; i++)
            modules[i] = Read(file, list[i], i, os);

        if (modules.Any(module => module.Name.Length == 0))
            NameByLoader(modules, LinuxLinkMap.ReadAll(file, cpu));
        return new(modules, auxiliary);
    }

    // The dynamic loader knows libraries whose mapping has no name.
    static void NameByLoader(Module[] modules, IReadOnlyList<LinuxLinkMap> maps)
    {
        var names = maps.Where(map => map.Name.Length > 0).DistinctBy(map => map.LoadAddress)
            .ToDictionary(map => map.LoadAddress, map => map.Name);
        for (var i = 0; i < modules.Length; i++)
        {
            if (modules[i].Name.Length == 0 && names.TryGetValue(modules[i].Base, out var name))
                modules[i] = modules[i] with { Name = name };
        }
    }

    static Module Read(DumpFile file, Fields entry, int index, OsKind os)
    {
        var where = $"Module {index}";
        var name = file.ReadUtf16(entry.UInt32(20));
        if (name is null)
            file.Problems.Add(where, "has no readable name");

        var module = new Module
        {
            Index = index,
            Base = entry.UInt64(0),
            Size = entry.UInt32(8),
            Checksum = entry.UInt32(12),
            TimeDateStamp = entry.UInt32(16),
            Name = name ?? "",
            Version = FixedFileInfo.Read(entry.Slice(24, 52)),
            CodeView = CodeView.Read(file, entry.Location(76), where),
            Os = os,
        };
        if (module.Size == 0 || module.End < module.Base)
            file.Problems.Add(where, $"claims {module.Size} bytes at 0x{module.Base:x}; no address is looked up in it");
        return module;
    }
}
