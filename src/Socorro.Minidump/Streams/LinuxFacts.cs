using System.Globalization;
using Socorro.Minidumps.Format;

namespace Socorro.Minidumps.Streams;

/// <summary>The named values of one of the Linux texts: /proc/cpuinfo, /proc/PID/status, or lsb-release.</summary>
public sealed class LinuxFacts
{
    readonly Dictionary<string, string> _values;

    LinuxFacts(Dictionary<string, string> values) => _values = values;

    /// <summary>All of them, by name.</summary>
    public IReadOnlyDictionary<string, string> Values => _values;

    /// <summary>
    /// The value of the first of these names that is there. Of processors that are listed, the first counts.
    /// </summary>
    public string? Find(params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (_values.TryGetValue(name, out var value))
                return value;
        }

        return null;
    }

    /// <summary>A value that is a decimal number, perhaps with a unit behind it.</summary>
    public ulong? FindNumber(string name) => Parse(Find(name)?.Split(' ')[0], NumberStyles.None);

    /// <summary>A value that is a hexadecimal number, with or without 0x.</summary>
    public ulong? FindHex(string name)
    {
        var digits = Find(name);
        var hasPrefix = digits?.StartsWith("0x", StringComparison.OrdinalIgnoreCase) == true;
        return Parse(hasPrefix ? digits![2..] : digits, NumberStyles.AllowHexSpecifier);
    }

    internal static LinuxFacts Read(DumpFile file, StreamType type, char separator)
    {
        var values = new Dictionary<string, string>();
        foreach (var line in TextStreams.ReadLines(file, type))
        {
            if (values.Count < file.Limits.MaxListEntries && line.IndexOf(separator) is >= 0 and var at)
                values.TryAdd(Strip(line[..at]), Strip(line[(at + 1)..]));
        }

        return new(values);
    }

    static ulong? Parse(string? digits, NumberStyles style) =>
        ulong.TryParse(digits, style, CultureInfo.InvariantCulture, out var value) ? value : null;

    // os-release may be quoted as in a shell, with either kind.
    static string Strip(string text) => text.Trim().Trim('"', '\'').Trim();
}

/// <summary>The Linux distribution, from lsb-release or os-release.</summary>
public sealed record LinuxRelease(string Id, string Release, string Codename, string Description)
{
    internal static LinuxRelease? Read(DumpFile file)
    {
        var facts = LinuxFacts.Read(file, StreamType.LinuxLsbRelease, '=');
        return facts.Values.Count == 0
            ? null
            : new(
                facts.Find("DISTRIB_ID", "ID") ?? "",
                facts.Find("DISTRIB_RELEASE", "VERSION_ID") ?? "",
                facts.Find("DISTRIB_CODENAME", "VERSION_CODENAME") ?? "",
                facts.Find("DISTRIB_DESCRIPTION", "PRETTY_NAME") ?? "");
    }
}
