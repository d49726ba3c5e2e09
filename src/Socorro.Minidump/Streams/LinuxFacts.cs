using System.Globalization;
using Socorro.Minidumps.Format;

namespace Socorro.Minidumps.Streams;

/// <summary>The named values of one of the Linux texts: /proc/cpuinfo, /proc/PID/status, or lsb-release.</summary>
public sealed class LinuxFacts
{
    readonly Dictionary<string, string> _values;

    LinuxFacts(Dictionary<string, string> values) => _values = values;

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

    /// <summary>A value that is a decimal number, perhaps with a unit behind it, or hexadecimal behind 0x.</summary>
    public ulong? FindNumber(params ReadOnlySpan<string> names)
    {
        var word = Find(names)?.Split(' ')[0];
        if (word is null)
            return null;

        var isHex = word.StartsWith("0x", StringComparison.Ordinal);
        var style = isHex ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
        var digits = isHex ? word[2..] : word;
        return ulong.TryParse(digits, style, CultureInfo.InvariantCulture, out var value) ? value : null;
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

    static string Strip(string text) => text.Trim().Trim('"').Trim();
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
