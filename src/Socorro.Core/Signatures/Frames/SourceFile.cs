using System.Collections.Frozen;

namespace Socorro.Signatures.Frames;

/// <summary>Source file names as symbol files give them.</summary>
static class SourceFile
{
    /// <summary>Panic functions that the symbols of Rust 1.34 name without their module (bug 1544246).</summary>
    static readonly FrozenDictionary<string, (string Path, string Module)> RustModules =
        new Dictionary<string, (string, string)>
        {
            ["begin_panic_fmt"] = ("src/libstd/panicking.rs", "std::panicking"),
            ["capacity_overflow"] = ("src/liballoc/raw_vec.rs", "alloc::raw_vec"),
            ["continue_panic_fmt"] = ("src/libstd/panicking.rs", "std::panicking"),
            ["expect_failed"] = ("src/libcore/option.rs", "core::option"),
            ["panic"] = ("src/libcore/panicking.rs", "core::panicking"),
            ["panic_bounds_check"] = ("src/libcore/panicking.rs", "core::panicking"),
            ["panic_fmt"] = ("src/libcore/panicking.rs", "core::panicking"),
            ["rust_panic_with_hook"] = ("src/libstd/panicking.rs", "std::panicking"),
            ["slice_index_order_fail"] = ("src/libcore/slice/mod.rs", "core::slice"),
        }.ToFrozenDictionary();

    /// <summary>
    /// Finds the path in <c>git:host/repo:path:revision</c>, behind a drive, or when it is an absolute one by itself.
    /// </summary>
    public static bool TryFindPath(ReadOnlySpan<char> file, out ReadOnlySpan<char> path)
    {
        path = file;
        switch (file.Count(':'))
        {
            case 3:
                path = file[..file.LastIndexOf(':')];
                path = path[(path.LastIndexOf(':') + 1)..];
                return true;
            case 1:
                path = file[(file.IndexOf(':') + 1)..];
                return true;
            default:
                return file.StartsWith('/');
        }
    }

    /// <summary>The part after the last separator, which is a backslash when there is any; trailing ones do not count.</summary>
    public static string LastPart(string path)
    {
        var trimmed = path.TrimEnd('/', '\\');
        return trimmed[(trimmed.LastIndexOf(trimmed.Contains('\\') ? '\\' : '/') + 1)..];
    }

    /// <summary>The function with the module that Rust 1.34 left out of it.</summary>
    public static string? WithRustModule(string? function, string? file) =>
        function is not null
        && file is not null
        && RustModules.TryGetValue(function, out var origin)
        && TryFindPath(file, out var path)
        && path.SequenceEqual(origin.Path)
            ? $"{origin.Module}::{function}"
            : function;
}
