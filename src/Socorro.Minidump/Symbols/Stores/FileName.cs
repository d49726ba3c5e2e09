using System.Buffers;
using System.Text;

namespace Socorro.Minidumps.Symbols.Stores;

/// <summary>Judges names that come from dumps before they become names of files.</summary>
static class FileName
{
    const int MaxBytes = 255;

    static readonly SearchValues<char> Reserved = SearchValues.Create("/\\:*?\"<>|");

    /// <summary>
    /// Whether a name can be a file's and nothing else: not a path, not "..", no control characters, nothing that a file
    /// system of Windows treats apart.
    /// </summary>
    public static bool IsSafe(string name) =>
        name.Length > 0
        && name is not ("." or "..")
        && !name.AsSpan().ContainsAny(Reserved)
        && !name.Any(char.IsControl)
        && Encoding.UTF8.GetByteCount(name) <= MaxBytes - ".sym.gz".Length;
}
