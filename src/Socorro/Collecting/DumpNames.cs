using System.Globalization;

namespace Socorro.Collecting;

/// <summary>Names that dumps may be stored under: ASCII letters, digits and underscores, at most 30.</summary>
static class DumpNames
{
    const int MaxLength = 30;

    /// <summary>Names of other objects that Socorro's tools expect beside the dumps of a crash.</summary>
    static readonly string[] Reserved = ["raw_crash", "dump_names", "processed_crash"];

    public static bool IsReserved(string partName) => Reserved.Contains(Sanitise(partName));

    /// <summary>The safe form of a part's name, numbered when another dump of the crash has it already.</summary>
    public static string MakeUnique(string partName, IEnumerable<string> taken)
    {
        var others = taken.ToHashSet();
        var safe = Sanitise(partName) is { Length: > 0 } kept ? kept : "attachment";
        var name = safe;
        for (var number = 2; others.Contains(name); number++)
        {
            var suffix = string.Create(CultureInfo.InvariantCulture, $"_{number}");
            name = safe[..Math.Min(safe.Length, MaxLength - suffix.Length)] + suffix;
        }

        return name;
    }

    static string Sanitise(string partName) =>
        new([.. partName.Where(c => char.IsAsciiLetterOrDigit(c) || c == '_').Take(MaxLength)]);
}
