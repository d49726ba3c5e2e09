using System.Collections.Concurrent;
using Socorro.Minidumps.Cpu;
using Socorro.Minidumps.Streams;
using Socorro.Minidumps.Symbols;
using Socorro.Minidumps.Symbols.Stores;

namespace Socorro.Minidumps.Images;

/// <summary>
/// Finds the executables and libraries that a dump speaks of on the local disk, for their unwind tables and the names of their
/// functions. A file is opened when a frame is in it, and used only if it is of the very build that crashed. Safe to share
/// between threads.
/// </summary>
/// <param name="roots">
/// Folders that hold the files of the system that crashed, under their full paths or by their names alone; without any, this
/// system's own files are looked at.
/// </param>
public sealed class ModuleFiles(IReadOnlyList<string> roots)
{
    /// <summary>The answer of the place that had the module; all others begin otherwise.</summary>
    internal const string Opened = "was opened";

    /// <summary>Files that are kept open for the next dump.</summary>
    const int MaxOpen = 512;

    readonly IReadOnlyList<string> _roots = roots is [] ? ["/"] : roots;
    readonly ConcurrentDictionary<(string Path, string Id), Lazy<Found>> _opened = new();

    /// <summary>The files of this machine, where dumps of its own programs name them.</summary>
    public static ModuleFiles OfThisMachine { get; } = new([]);

    /// <param name="program">The program's own path, next to which its libraries often are; empty when not known.</param>
    internal (ModuleImage? Image, IReadOnlyList<LookupAttempt> Attempts) Find(Module module, CpuKind cpu, string program = "")
    {
        var attempts = new List<LookupAttempt>();
        foreach (var path in PathsOf(module, cpu, program))
        {
            var found = Open(path, module, cpu);
            attempts.Add(new(path, found.Answer));
            if (found.Image is not null)
                return (found.Image, attempts);
        }

        return (null, attempts);
    }

    IEnumerable<string> PathsOf(Module module, CpuKind cpu, string program)
    {
        if (!FileName.IsSafe(module.LeafName))
            yield break;

        var full = ToRelative(module.Name);
        foreach (var root in _roots)
        {
            if (full is not null)
                yield return Path.Combine(root, full);
            if (root != "/" && full != module.LeafName)
                yield return Path.Combine(root, module.LeafName);
            if (module.CodeId is { } id && root != "/")
                yield return Path.Combine(root, module.LeafName, id, module.LeafName);

            // Crashpad on Linux knows libraries by their names alone.
            if (full != module.LeafName || module.Os is not (OsKind.Linux or OsKind.Android))
                continue;
            foreach (var folder in LibraryFolders(cpu, ToRelative(program)))
                yield return Path.Combine(root, folder, module.LeafName);
        }
    }

    static IEnumerable<string> LibraryFolders(CpuKind cpu, string? program)
    {
        var triple = cpu switch
        {
            CpuKind.X86 => "i386-linux-gnu",
            CpuKind.Amd64 => "x86_64-linux-gnu",
            CpuKind.Arm => "arm-linux-gnueabihf",
            CpuKind.Arm64 => "aarch64-linux-gnu",
            CpuKind.Mips => "mipsel-linux-gnu",
            CpuKind.Mips64 => "mips64el-linux-gnuabi64",
            CpuKind.RiscV64 => "riscv64-linux-gnu",
            _ => "",
        };
        string[] folders = ["usr/lib/" + triple, "lib/" + triple, "usr/lib64", "lib64", "usr/lib", "lib"];
        return program?.LastIndexOf('/') is > 0 and var end ? folders.Prepend(program[..end]) : folders;
    }

    // Without a drive, in slashes, from the root downward; null for a path that leads upward.
    static string? ToRelative(string path)
    {
        var relative = path.Replace('\\', '/').Split(':')[^1].TrimStart('/');
        return relative.Split('/').Contains("..") ? null : relative;
    }

    Found Open(string path, Module module, CpuKind cpu)
    {
        if (_opened.Count > MaxOpen)
            _opened.Clear();
        return _opened.GetOrAdd((path, module.CodeId ?? ""), _ => new(() => Read(path, module, cpu))).Value;
    }

    static Found Read(string path, Module module, CpuKind cpu)
    {
        try
        {
            // Opening a pipe would wait for somebody to write into it; a device may never end.
            if (!File.Exists(path) || (File.GetAttributes(path) & (FileAttributes.Device | FileAttributes.Directory)) != 0
                || new FileInfo(path).Length == 0)
            {
                return new(null, "is not there");
            }

            var bytes = MappedFile.Open(path).Memory;
            var image = Open(bytes, module, cpu, path);
            if (image is null)
                return new(null, "is no executable or library of a known kind");
            if (image.Cpu.Kind != cpu)
                return new(null, $"is for {image.Cpu.Name}");

            return IsOf(image.Identity, module) is { } why ? new(null, why) : new(image, Opened);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new(null, $"cannot be read: {e.Message}");
        }
    }

    static ModuleImage? Open(ReadOnlyMemory<byte> bytes, Module module, CpuKind cpu, string path) =>
        ElfImage.Open(bytes, FindDebugFile(module, path)) ?? PeImage.Open(bytes) ?? MachImage.Open(bytes, cpu);

    // Where distributions put what they strip off: /usr/lib/debug/.build-id/01/23….debug.
    static ReadOnlyMemory<byte>? FindDebugFile(Module module, string path)
    {
        if (module.CodeView.BuildId.Length < 8 || module.CodeId is not { Length: > 2 } id || module.Os == OsKind.Windows)
            return null;

        var suffix = "/" + module.Name.TrimStart('/');
        var root = path.EndsWith(suffix, StringComparison.Ordinal) ? path[..^suffix.Length] : "";
        var debug = $"{root}/usr/lib/debug/.build-id/{id[..2]}/{id[2..]}.debug";
        return File.Exists(debug) ? MappedFile.Open(debug).Memory : null;
    }

    /// <summary>Null when the image is the module; else why it is not.</summary>
    static string? IsOf(ImageIdentity identity, Module module)
    {
        if (identity.Format == ImageFormat.Pe)
        {
            return module.TimeDateStamp == identity.TimeDateStamp && module.Size == identity.Size
                ? null
                : $"is of another build, {identity.TimeDateStamp:x8}{identity.Size:x}";
        }

        var expected = module.CodeView.BuildId.Span;
        if (!expected.ContainsAnyExcept((byte)0))
            return "cannot be checked: the dump does not say which build it was";

        // Old writers put the first 16 bytes of a build id where Windows has a GUID.
        var id = identity.BuildId.IsEmpty ? identity.CodeHash.Span : identity.BuildId.Span;
        var isSame = id.Length >= expected.Length && id[..expected.Length].SequenceEqual(expected) && expected.Length >= 8
            || identity.Format == ImageFormat.MachO && id.Length == 16 && new Guid(id, bigEndian: true) == module.CodeView.Guid;
        return isSame ? null : $"is of another build, {Convert.ToHexStringLower(id)}";
    }

    sealed record Found(ModuleImage? Image, string Answer);
}
