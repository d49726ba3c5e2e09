using System.Globalization;
using Socorro.Minidumps.Format;

namespace Socorro.Minidumps.Streams;

/// <summary>A line of /proc/PID/limits.</summary>
public sealed record LinuxLimit(string Name, LimitValue Soft, LimitValue Hard, string Unit)
{
    internal static IReadOnlyList<LinuxLimit> ReadAll(DumpFile file)
    {
        var limits = new List<LinuxLimit>();
        foreach (var line in TextStreams.ReadLines(file, StreamType.MozLinuxLimits))
        {
            var fields = Columns(line);
            if (fields.Length < 3 || fields[0] == "Limit" || limits.Count == file.Limits.MaxListEntries)
                continue;

            var unit = fields.Length > 3 ? fields[3] : "n/a";
            limits.Add(new(fields[0], LimitValue.Parse(fields[1]), LimitValue.Parse(fields[2]), unit));
        }

        return limits;
    }

    // The names have single blanks in them, the columns are further apart.
    static string[] Columns(string line) =>
        line.Split("  ", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}

/// <summary>How much is allowed: a number, or no limit; neither where the text was not readable.</summary>
public readonly record struct LimitValue(ulong? Number, bool IsUnlimited)
{
    internal static LimitValue Parse(string text) =>
        text == "unlimited" ? new(null, true)
        : ulong.TryParse(text, CultureInfo.InvariantCulture, out var number) ? new(number, false)
        : default;
}
